//! Which objects take a policy's place?

use serde_json::{Map, Value, json};

use super::super::document::PodSecurityPolicy;
use super::Rule;
use crate::pod_security::{Level, Policy, PolicyVersion};

/// The label that puts a namespace under what a policy has become.
pub const LABEL: &str = "cofferdam.dev/psp";

/// Every container of the pod, whatever its sort.
const CONTAINERS: &str = "object.spec.?initContainers.orValue([]) + object.spec.containers + \
    object.spec.?ephemeralContainers.orValue([])";

/// A policy did not look at updates of owners and finalizers: who could not remove one could not delete the pod.
const ASKED: &str = "request.operation != 'UPDATE' || object.spec != oldObject.spec || \
    object.metadata.?annotations.orValue({}) != oldObject.metadata.?annotations.orValue({}) || \
    object.metadata.?labels.orValue({}) != oldObject.metadata.?labels.orValue({})";

pub(super) fn documents(policy: &PodSecurityPolicy, level: Policy, rules: &[Rule]) -> Vec<Value> {
    let mut documents = vec![document(policy, level)];
    if !rules.is_empty() {
        documents.extend([validating(policy, rules), binding(policy)]);
    }
    documents
}

fn name(policy: &PodSecurityPolicy) -> String {
    format!("psp-{}", policy.name)
}

fn selector(policy: &PodSecurityPolicy) -> Value {
    json!({"matchLabels": {LABEL: policy.name}})
}

fn document(policy: &PodSecurityPolicy, level: Policy) -> Value {
    let mut spec = Map::new();
    spec.insert("match".into(), json!({"namespaceSelector": selector(policy)}));
    spec.insert("mode".into(), json!("enforce"));
    let mut standard = json!({"level": level.level.word()});
    if let (PolicyVersion::At(version), true) = (level.version, level.level != Level::Privileged) {
        standard["version"] = json!(version.to_string());
    }
    spec.insert("podSecurity".into(), standard);
    let defaults = defaults(policy);
    if !defaults.is_empty() {
        spec.insert("defaults".into(), defaults.into());
    }
    json!({"apiVersion": "cofferdam.dev/v1alpha1", "kind": "Policy", "metadata": {"name": name(policy)}, "spec": spec})
}

/// What a `Policy` can fill in as the policy did.
pub(super) fn defaults(policy: &PodSecurityPolicy) -> Map<String, Value> {
    let mut defaults = Map::new();
    if matches!(policy.seccomp.default.as_str(), "runtime/default" | "docker/default") {
        defaults.insert("seccompProfile".into(), json!("RuntimeDefault"));
    }
    if policy.required_drop_capabilities == ["ALL"] {
        defaults.insert("dropCapabilities".into(), json!(["ALL"]));
    }
    if policy.read_only_root_filesystem {
        defaults.insert("readOnlyRootFilesystem".into(), json!(true));
    }
    defaults
}

fn validating(policy: &PodSecurityPolicy, rules: &[Rule]) -> Value {
    let validation = |rule: &Rule| json!({"expression": rule.expression, "message": format!("{}: {}", rule.field, rule.message)});
    let pods = json!({
        "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["pods"],
    });
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name(policy)},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {"resourceRules": [pods]},
            "matchConditions": [{"name": "more-than-owners-and-finalizers", "expression": ASKED}],
            "variables": [{"name": "containers", "expression": CONTAINERS}],
            "validations": rules.iter().map(validation).collect::<Vec<_>>(),
        },
    })
}

fn binding(policy: &PodSecurityPolicy) -> Value {
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name(policy)},
        "spec": {
            "policyName": name(policy),
            "validationActions": ["Deny"],
            "matchResources": {"namespaceSelector": selector(policy)},
        },
    })
}
