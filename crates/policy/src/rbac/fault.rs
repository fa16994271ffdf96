//! Which documents about access cannot be taken at their word?
//!
//! What is damaged grants nothing; and that there is such a document is enough for roles to decide.

use object::{Kind, Node, Object};

use super::rule::FIELDS;
use super::{GROUP, KINDS};
use crate::admission_policy::{Form, Problem};
use crate::nearest;
use crate::selector::Selector;

const VERSIONS: [&str; 3] = ["v1", "v1beta1", "v1alpha1"];
const SUBJECTS: [&str; 3] = ["User", "Group", "ServiceAccount"];

/// Whether the document is about access, or is meant to be: then roles decide, well written or not.
pub fn is_about_access(object: &Object) -> bool {
    let misspelt = KINDS.contains(&object.kind()) && nearest(object.group(), &[GROUP]).is_some();
    object.group() == GROUP || misspelt
}

/// What is wrong with the roles and bindings among the objects, each with its place and the way out.
pub fn faults<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for object in objects.into_iter().filter(|object| is_about_access(object)) {
        let mut form = Form::new(object);
        envelope(&mut form);
        match object.kind() {
            "Role" | "ClusterRole" => role(&mut form),
            "RoleBinding" | "ClusterRoleBinding" => binding(&mut form),
            _ => {}
        }
        if let Some(first) = form.problems.first_mut() {
            first.meanwhile = Some("what is wrong in it grants nothing");
        }
        problems.extend(form.problems);
    }
    problems
}

fn envelope(form: &mut Form<'_>) {
    let object = form.object;
    let (root, group) = (object.root(), object.group());
    if group != GROUP {
        form.refuse(root, "apiVersion", format!("no such API group `{group}`: did you mean `{GROUP}`?"));
    } else if !KINDS.contains(&object.kind()) {
        let hint = nearest(object.kind(), &KINDS);
        let hint = hint
            .map_or_else(|| format!("it has {}", KINDS.join(", ")), |near| format!("did you mean `{near}`?"));
        form.refuse(root, "kind", format!("no kind of {GROUP}: {hint}"));
    }
    let version = object.id().api_version.rsplit('/').next().unwrap_or_default();
    if !VERSIONS.contains(&version) {
        form.refuse(root, "apiVersion", format!("`{version}` is not served: use {GROUP}/v1"));
    }
}

fn role(form: &mut Form<'_>) {
    let root = form.object.root();
    let own: &[&str] = if form.object.kind() == "Role" { &["rules"] } else { &["rules", "aggregationRule"] };
    form.known(root, &[&["apiVersion", "kind", "metadata"], own].concat());
    for rule in form.maps(root, "rules", &FIELDS) {
        for field in FIELDS {
            form.texts(rule, field);
        }
        if rule.get("verbs").is_none() {
            form.refuse(rule, "verbs", "is required: without one the rule allows nothing");
        }
    }
    let Some(aggregation) = form.map(root, "aggregationRule", &["clusterRoleSelectors"]) else { return };
    for selector in form.maps(aggregation, "clusterRoleSelectors", &["matchLabels", "matchExpressions"]) {
        if let Err((node, why)) = Selector::read(selector) {
            form.refuse(node, "", why);
        }
    }
}

fn binding(form: &mut Form<'_>) {
    let root = form.object.root();
    form.known(root, &["apiVersion", "kind", "metadata", "subjects", "roleRef"]);
    for subject in form.maps(root, "subjects", &["kind", "name", "namespace", "apiGroup"]) {
        form.required(subject, "name", "name whom the role is given to");
        form.text(subject, "namespace");
        form.text(subject, "apiGroup");
        let kind = form.required(subject, "kind", "use User, Group or ServiceAccount");
        one_of(form, subject, kind, &SUBJECTS);
    }
    if root.get("roleRef").is_none() {
        form.refuse(root, "roleRef", "is required: it says which role is given");
    }
    let Some(role) = form.map(root, "roleRef", &["apiGroup", "kind", "name"]) else { return };
    form.required(role, "name", "name the role");
    let of_cluster = form.object.kind() == "ClusterRoleBinding";
    let kinds: &[&str] = if of_cluster { &["ClusterRole"] } else { &["Role", "ClusterRole"] };
    let kind = form.required(role, "kind", "use Role or ClusterRole");
    one_of(form, role, kind, kinds);
    let group = form.text(role, "apiGroup").filter(|group| !group.is_empty() && *group != GROUP);
    if let Some(group) = group {
        form.refuse(role, "apiGroup", format!("roles are of {GROUP}, not of `{group}`"));
    }
}

fn one_of<'a>(form: &mut Form<'a>, node: Node<'a>, kind: Option<&str>, kinds: &[&str]) {
    if let Some(kind) = kind.filter(|kind| !kinds.contains(kind)) {
        form.refuse(node, "kind", format!("`{kind}` cannot stand here: use {}", kinds.join(" or ")));
    }
}

/// The strings of a list; nothing where anything else stands there.
pub(super) fn texts(node: Node<'_>, key: &str) -> Option<Vec<String>> {
    let Some(list) = node.get(key) else { return Some(Vec::new()) };
    if list.kind() != Kind::Seq {
        return None;
    }
    list.items().map(|item| item.str().map(str::to_owned)).collect()
}
