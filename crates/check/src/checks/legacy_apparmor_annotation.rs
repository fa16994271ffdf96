//! `legacy-apparmor-annotation`: an AppArmor profile in an annotation where the field exists.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "legacy-apparmor-annotation",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    profile: None,
    page: include_str!("legacy_apparmor_annotation.md"),
    run: Run::Pod(legacy_apparmor_annotation),
};

use std::collections::BTreeMap;

use crate::list::checks::apparmor_unconfined::ANNOTATION;

fn legacy_apparmor_annotation(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.version() < v(1, 30) || pod.is_windows() {
        return;
    }
    let mut annotations = pod.annotations().filter(|(key, _)| key.starts_with(ANNOTATION)).peekable();
    if annotations.peek().is_none() {
        return;
    }
    let containers: BTreeMap<&str, Container<'_>> =
        pod.every_container().map(|each| (each.name, each)).collect();
    for (key, value) in annotations {
        let name = key.strip_prefix(ANNOTATION).unwrap_or_default();
        let site = pod.site_of(value);
        let Some(container) = containers.get(name) else {
            out.flag(site, format!("annotation `{key}` names no container of the pod"));
            continue;
        };
        let field = "securityContext.appArmorProfile";
        let (kind, profile) =
            (container.at(&format!("{field}.type")), container.at(&format!("{field}.localhostProfile")));
        let said = as_field(value);
        let message = format!(
            "annotation `{key}` is deprecated since 1.30: the field `appArmorProfile` takes its place"
        );
        match (kind.and_then(Node::str), said) {
            (None, Some((kind, profile))) => {
                let set_kind = set(container.node, &format!("{field}.type"), kind);
                let set_profile =
                    profile.map(|name| set(container.node, &format!("{field}.localhostProfile"), name));
                out.flag(site, message)
                    .fix(Safety::Safe, [set_kind].into_iter().chain(set_profile).chain([remove(value, "")]));
            }
            (Some(have), Some((kind, name))) if have == kind && profile.and_then(Node::str) == name => {
                out.flag(site, message).fix(Safety::Safe, [remove(value, "")]);
            }
            (Some(_), Some(_)) => {
                let message =
                    format!("annotation `{key}` contradicts the field: the API server refuses the pod");
                out.flag(site, message).severity(Severity::Medium);
            }
            // What is unconfined or unknown is for `apparmor-unconfined` to mend first.
            (_, None) => {
                out.flag(site, message);
            }
        }
    }
}

/// Type and local profile of the field that says what the annotation says.
fn as_field(value: Node<'_>) -> Option<(&'static str, Option<&str>)> {
    match value.str()? {
        "runtime/default" => Some(("RuntimeDefault", None)),
        other => other
            .strip_prefix("localhost/")
            .filter(|name| !name.is_empty())
            .map(|name| ("Localhost", Some(name))),
    }
}
