//! How is one rule written as a policy and its bindings?

use policy::document::{Mode, Policy};
use serde_json::{Map, Value, json};

use super::when::{conditions, match_resources};
use crate::in_cel::{About, Resource, text};

pub(super) const API_VERSION: &str = "admissionregistration.k8s.io/v1";

/// One rule for one policy.
pub(super) struct Rule {
    pub(super) id: &'static str,
    pub(super) about: About,
    pub(super) mode: Mode,
    pub(super) variables: Vec<(&'static str, String)>,
    pub(super) validations: Vec<Validation>,
}

/// One thing that must hold.
pub(super) struct Validation {
    /// What must be true.
    pub(super) holds: String,
    /// The list of those to blame.
    pub(super) who: String,
    pub(super) message: String,
    pub(super) advice: String,
}

impl Validation {
    /// The message with everybody's name in it, in CEL.
    fn words(&self) -> String {
        let named = format!("{} + {}.join(', ')", text(&format!("{}: ", self.message)), self.who);
        if self.advice.is_empty() { named } else { format!("{named} + {}", text(&self.advice)) }
    }
}

impl Rule {
    /// The policy and what puts it in force.
    pub(super) fn documents(&self, policy: &Policy) -> Vec<Value> {
        let name = format!("{}-{}", policy.name, self.id);
        let mut documents = vec![self.validating(&name, policy)];
        let actions = actions(self.mode);
        if self.about == About::Pods && self.mode == Mode::Enforce {
            documents.push(binding(&name, "", policy, &actions, Some(pods())));
            // A workload is warned about, as in Pod Security admission: it is its pods that are refused.
            documents.push(binding(&name, "-workloads", policy, &["Warn", "Audit"], Some(workloads())));
        } else {
            documents.push(binding(&name, "", policy, &actions, None));
        }
        documents
    }

    fn validating(&self, name: &str, policy: &Policy) -> Value {
        let rules = match self.about {
            About::Pods => [pods(), workloads()].concat(),
            About::Objects(resources) => resources.iter().map(resource_rule).collect(),
        };
        let validation = |one: &Validation| {
            json!({
                "expression": one.holds,
                "message": one.message,
                "messageExpression": one.words(),
                "reason": "Forbidden",
            })
        };
        let mut spec = Map::new();
        spec.insert("failurePolicy".into(), "Fail".into());
        spec.insert("matchConstraints".into(), json!({"resourceRules": rules}));
        let conditions = conditions(policy, self.about, Some(self.id));
        if !conditions.is_empty() {
            spec.insert("matchConditions".into(), named(&conditions));
        }
        if !self.variables.is_empty() {
            let variables: Vec<(&str, String)> = self.variables.clone();
            spec.insert("variables".into(), named(&variables));
        }
        spec.insert("validations".into(), self.validations.iter().map(validation).collect());
        document("ValidatingAdmissionPolicy", API_VERSION, name, spec)
    }
}

/// Names with their expressions.
pub(super) fn named(list: &[(&str, String)]) -> Value {
    list.iter().map(|(name, text)| json!({"name": name, "expression": text})).collect()
}

/// A document with our label.
pub(super) fn document(kind: &str, api_version: &str, name: &str, spec: impl Into<Value>) -> Value {
    json!({
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": name, "labels": {"app.kubernetes.io/managed-by": "cofferdam"}},
        "spec": spec.into(),
    })
}

fn binding(name: &str, suffix: &str, policy: &Policy, actions: &[&str], rules: Option<Vec<Value>>) -> Value {
    let mut spec = Map::new();
    spec.insert("policyName".into(), name.into());
    spec.insert("validationActions".into(), json!(actions));
    let mut resources = match_resources(policy);
    if let Some(rules) = rules {
        resources.insert("resourceRules".into(), rules.into());
    }
    if !resources.is_empty() {
        spec.insert("matchResources".into(), resources.into());
    }
    document("ValidatingAdmissionPolicyBinding", API_VERSION, &format!("{name}{suffix}"), spec)
}

fn actions(mode: Mode) -> Vec<&'static str> {
    match mode {
        Mode::Enforce => vec!["Deny", "Audit"],
        Mode::Warn => vec!["Warn", "Audit"],
        Mode::Audit => vec!["Audit"],
    }
}

/// Creating or changing these.
pub(super) fn resource_rules(group: &str, operations: &[&str], resources: &[&str]) -> Value {
    json!({"apiGroups": [group], "apiVersions": ["v1"], "operations": operations, "resources": resources})
}

const WRITES: [&str; 2] = ["CREATE", "UPDATE"];

fn pods() -> Vec<Value> {
    vec![resource_rules("", &WRITES, &["pods", "pods/ephemeralcontainers", "pods/resize"])]
}

fn workloads() -> Vec<Value> {
    vec![
        resource_rules("", &WRITES, &["podtemplates", "replicationcontrollers"]),
        resource_rules("apps", &WRITES, &["daemonsets", "deployments", "replicasets", "statefulsets"]),
        resource_rules("batch", &WRITES, &["cronjobs", "jobs"]),
    ]
}

fn resource_rule(resource: &Resource) -> Value {
    resource_rules(resource.group, &WRITES, &[resource.name])
}
