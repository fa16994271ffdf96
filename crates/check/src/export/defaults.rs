//! How is what a policy fills in said to the API server?
//!
//! As JSON patches of new pods, one step after the other: an `ApplyConfiguration` may not touch a list of
//! capabilities.

use object::{Version, v};
use policy::decide::REGISTRY;
use policy::document::{Policy, Untrusted};
use serde_json::{Map, Value, json};

use super::Export;
use super::rule::{document, named, resource_rules};
use super::when::{conditions, match_resources};
use crate::in_cel::{About, Facts, Twin, text, twin, variables_of};

const NOT_WINDOWS: &str = "object.spec.?os.?name.orValue('') != 'windows'";

pub(super) fn export(policy: &Policy, version: Version, export: &mut Export) {
    let steps = steps(policy);
    let sandbox = sandbox(policy, version);
    if steps.is_empty() && sandbox.is_none() {
        return;
    }
    if version < v(1, 34) {
        let why = format!(
            "Kubernetes {version} has MutatingAdmissionPolicy as alpha at most: it is beta since 1.34"
        );
        let what = if steps.is_empty() { "images.untrusted" } else { "defaults" };
        return export.leave_out(policy, what, &why);
    }
    let (variables, first) = sandbox.unwrap_or_default();
    let mutations: Vec<Value> = first
        .into_iter()
        .chain(steps)
        .map(|step| json!({"patchType": "JSONPatch", "jsonPatch": {"expression": step}}))
        .collect();
    let api =
        if version < v(1, 36) { "admissionregistration.k8s.io/v1beta1" } else { super::rule::API_VERSION };
    let name = format!("{}-defaults", policy.name);
    let mut spec = Map::new();
    spec.insert("failurePolicy".into(), "Fail".into());
    spec.insert("reinvocationPolicy".into(), "IfNeeded".into());
    spec.insert(
        "matchConstraints".into(),
        json!({"resourceRules": [resource_rules("", &["CREATE"], &["pods"])]}),
    );
    let conditions = conditions(policy, About::Pods, None);
    if !conditions.is_empty() {
        spec.insert("matchConditions".into(), named(&conditions));
    }
    if !variables.is_empty() {
        spec.insert("variables".into(), named(&variables));
    }
    spec.insert("mutations".into(), mutations.into());
    export.documents.push(document("MutatingAdmissionPolicy", api, &name, spec));
    let mut spec = Map::new();
    spec.insert("policyName".into(), name.as_str().into());
    let resources = match_resources(policy);
    if !resources.is_empty() {
        spec.insert("matchResources".into(), resources.into());
    }
    export.documents.push(document("MutatingAdmissionPolicyBinding", api, &name, spec));
}

fn steps(policy: &Policy) -> Vec<String> {
    let defaults = policy.defaults;
    let mut steps = Vec::new();
    if defaults.seccomp_profile {
        let needed = format!(
            "{NOT_WINDOWS} && !has(object.spec.?securityContext.orValue({{}}).seccompProfile) && \
             !(object.spec.?initContainers.orValue([]) + object.spec.?containers.orValue([]) + \
             object.spec.?ephemeralContainers.orValue([])).exists(c, c.?securityContext.?seccompProfile.hasValue())"
        );
        steps.push(format!(
            "{needed} && !has(object.spec.securityContext) ? \
             [JSONPatch{{op: 'add', path: '/spec/securityContext', value: {{}}}}] : []"
        ));
        steps.push(format!(
            "{needed} ? [JSONPatch{{op: 'add', path: '/spec/securityContext/seccompProfile', \
             value: {{'type': 'RuntimeDefault'}}}}] : []"
        ));
    }
    if let Some(mount) = defaults.automount_service_account_token {
        steps.push(format!(
            "has(object.spec.automountServiceAccountToken) ? [] : \
             [JSONPatch{{op: 'add', path: '/spec/automountServiceAccountToken', value: {mount}}}]"
        ));
    }
    for list in ["initContainers", "containers"] {
        let lacks_drop = "!c.?securityContext.?privileged.orValue(false) && \
            !c.?securityContext.?capabilities.?drop.hasValue()";
        let lacks_root = "!c.?securityContext.?readOnlyRootFilesystem.hasValue()";
        let mut needs = Vec::new();
        if defaults.drop_capabilities {
            needs.push(lacks_drop);
        }
        if defaults.read_only_root_filesystem.is_some() {
            needs.push(lacks_root);
        }
        if needs.is_empty() {
            continue;
        }
        let any = needs.iter().map(|need| format!("({need})")).collect::<Vec<_>>().join(" || ");
        steps.push(patches(list, &format!("!has(c.securityContext) && ({any})"), "", "{}"));
        if defaults.drop_capabilities {
            let need = format!("{lacks_drop} && !has(c.securityContext.capabilities)");
            steps.push(patches(list, &need, "/capabilities", "{}"));
            steps.push(patches(list, lacks_drop, "/capabilities/drop", "['ALL']"));
        }
        if let Some(value) = defaults.read_only_root_filesystem {
            steps.push(patches(list, lacks_root, "/readOnlyRootFilesystem", &value.to_string()));
        }
    }
    steps
}

/// One patch below the security context of every container of a list that needs it.
fn patches(list: &str, needs: &str, path: &str, value: &str) -> String {
    format!(
        "{NOT_WINDOWS} ? object.spec.?{list}.orValue([]).transformList(i, c, {needs}, \
         JSONPatch{{op: 'add', path: '/spec/{list}/' + string(i) + '/securityContext{path}', value: {value}}}) : []"
    )
}

type Step = (Vec<(&'static str, String)>, Option<String>);

/// A pod with an image from elsewhere, and without a RuntimeClass, gets that of the sandbox.
fn sandbox(policy: &Policy, version: Version) -> Option<Step> {
    let Untrusted::RuntimeClass(class) = &policy.untrusted else { return None };
    let blames: Vec<&str> = REGISTRY
        .iter()
        .filter(|id| policy.checks.contains_key(*id))
        .filter_map(|id| match twin(id) {
            Some(Twin::Cel(said)) => Some(said.blame()),
            _ => None,
        })
        .collect();
    if blames.is_empty() {
        return None;
    }
    let facts = Facts { version, registries: &policy.registries };
    let mut variables = variables_of(&blames.join(" "), &facts);
    variables.push(("foreign", format!("({}).size() > 0", blames.join(" + "))));
    let step = format!(
        "variables.foreign && !has(object.spec.runtimeClassName) ? \
         [JSONPatch{{op: 'add', path: '/spec/runtimeClassName', value: {}}}] : []",
        text(class)
    );
    Some((variables, Some(step)))
}
