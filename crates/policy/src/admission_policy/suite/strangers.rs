//! Which documents in the directory of a test take no part in it, though somebody put them there?
//!
//! A kind that is misspelt would otherwise test nothing, and everything that expects `allowed: true` would pass.

use std::collections::BTreeSet;

use object::{Node, Object};

use super::super::Problem;
use super::super::read::Form;
use super::{API_VERSION, KIND};
use crate::{document, nearest, pod_security_policy};

const ADMISSION: &str = "admissionregistration.k8s.io";
const OURS: &str = "cofferdam.dev";
const RBAC: &str = "rbac.authorization.k8s.io";

/// Group and kind of what takes part in every test.
const PARTS: [(&str, &str); 14] = [
    (ADMISSION, "ValidatingAdmissionPolicy"),
    (ADMISSION, "ValidatingAdmissionPolicyBinding"),
    (ADMISSION, "MutatingAdmissionPolicy"),
    (ADMISSION, "MutatingAdmissionPolicyBinding"),
    (OURS, KIND),
    (OURS, document::KIND),
    ("policy", "PodSecurityPolicy"),
    (OURS, "PodSecurityPolicy"),
    (RBAC, "Role"),
    (RBAC, "ClusterRole"),
    (RBAC, "RoleBinding"),
    (RBAC, "ClusterRoleBinding"),
    ("", "Namespace"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
];

/// Whether a document is a policy that no API server asks by itself.
pub fn is_for_webhooks(object: &Object) -> bool {
    object.group() == OURS && object.kind() == document::KIND || pod_security_policy::is_policy(object)
}

/// What is wrong with the documents that take no part: one each, with the nearest kind that does.
pub fn strangers(objects: &[Object]) -> Vec<Problem> {
    let params = parameter_kinds(objects);
    let mut problems = Vec::new();
    for object in objects {
        let (group, kind) = (object.group(), object.kind());
        let is_param = params.contains(&(group.to_owned(), kind.to_owned()));
        let message = if group == OURS && kind == KIND {
            version_fault(object)
        } else if PARTS.contains(&(group, kind)) || is_param || is_of_kustomize(object) {
            None
        } else {
            Some(way_out(group, kind, &params))
        };
        if let Some(message) = message {
            let mut form = Form::new(object);
            form.refuse(
                object.root(),
                if group == OURS && kind == KIND { "apiVersion" } else { "kind" },
                message,
            );
            problems.extend(form.problems);
        }
    }
    problems
}

fn version_fault(object: &Object) -> Option<String> {
    let written = &object.id().api_version;
    (written != API_VERSION).then(|| format!("`{written}` is not understood: write {API_VERSION}"))
}

/// What a person may do about a document of this kind.
fn way_out(group: &str, kind: &str, params: &BTreeSet<(String, String)>) -> String {
    if let Some((home, _)) = PARTS.iter().find(|(_, known)| *known == kind) {
        let home = if home.is_empty() { "the core group, apiVersion v1" } else { home };
        return format!("is of {home}, not of `{group}`: mend `apiVersion`");
    }
    let known: Vec<&str> =
        PARTS.iter().map(|(_, kind)| *kind).chain(params.iter().map(|(_, kind)| kind.as_str())).collect();
    match nearest(kind, &known) {
        Some(near) => format!("takes no part in a test: did you mean `{near}`?"),
        None => {
            "takes no part in a test: no policy here has it as `paramKind`, move it out of this directory"
                .to_owned()
        }
    }
}

/// What the policies here, well written or not, take as parameters.
fn parameter_kinds(objects: &[Object]) -> BTreeSet<(String, String)> {
    let text = |node: Node<'_>, key: &str| Some(node.get(key)?.str()?.to_owned());
    let of = |object: &Object| {
        let node = object.at("spec.paramKind")?;
        let version = text(node, "apiVersion")?;
        let group = version.split_once('/').map_or("", |(group, _)| group);
        Some((group.to_owned(), text(node, "kind")?))
    };
    objects.iter().filter_map(of).collect()
}

/// Files of an overlay lie beside what it deploys; no API server ever sees them.
fn is_of_kustomize(object: &Object) -> bool {
    object.group() == "kustomize.config.k8s.io"
}
