//! `appArmorProfile`: field and annotation, at every version.

use object::{Node, Pod};

use super::{Refusal, Who, annotations, go_quoted, plural, quoted, set};

const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

pub(crate) fn check<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let mut who = Who::default();
    let mut values = Vec::new();
    if let Some(kind) = bad_type(pod.at("securityContext.appArmorProfile")) {
        who.pod(pod.site("securityContext.appArmorProfile.type"));
        values.push(kind.to_owned());
    }
    for container in pod.every_container() {
        if let Some(kind) = bad_type(container.at("securityContext.appArmorProfile")) {
            who.container(container, container.site("securityContext.appArmorProfile.type"));
            values.push(kind.to_owned());
        }
    }
    let mut values = set(values);
    let mut setters = who.setters();
    let mut sites = who.sites;
    let mut forbidden = Vec::new();
    for (key, node) in annotations(pod, ANNOTATION) {
        let value = node.str().unwrap_or_default();
        if !allowed_annotation(value) {
            forbidden.push(format!("{key}={}", go_quoted(value)));
            sites.push(pod.site_of(node));
        }
    }
    if !forbidden.is_empty() {
        setters.push(plural("annotation", "annotations", forbidden.len()).to_owned());
        forbidden.sort();
        values.extend(forbidden);
    }
    let detail =
        || format!("{} must not set AppArmor profile type to {}", setters.join(" and "), quoted(&values));
    (!setters.is_empty()).then(|| Refusal {
        reason: plural("forbidden AppArmor profile", "forbidden AppArmor profiles", values.len()),
        detail: detail(),
        sites,
    })
}

/// The type of a profile that is set to something outside the standard; a profile without a type reads as `""`.
fn bad_type(profile: Option<Node<'_>>) -> Option<&str> {
    let kind = profile?.get("type").and_then(Node::str).unwrap_or_default();
    (!matches!(kind, "RuntimeDefault" | "Localhost")).then_some(kind)
}

fn allowed_annotation(value: &str) -> bool {
    value.is_empty() || value == "runtime/default" || value.starts_with("localhost/")
}
