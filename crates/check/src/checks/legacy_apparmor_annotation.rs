//! `legacy-apparmor-annotation`: an AppArmor profile in an annotation where the field exists.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "legacy-apparmor-annotation",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[Severity::Medium],
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
        match containers.get(name) {
            Some(container) => compare(*container, key, value, out),
            None => {
                out.flag(pod.site_of(value), format!("annotation `{key}` names no container of the pod"));
            }
        }
    }
}

/// Says what the annotation is worth beside the field of its container.
fn compare(container: Container<'_>, key: &str, value: Node<'_>, out: &mut Findings<'_>) {
    let (kind_path, profile_path) =
        ("securityContext.appArmorProfile.type", "securityContext.appArmorProfile.localhostProfile");
    let text = |path| container.at(path).and_then(Node::str);
    let (said, written) = (as_field(value), text(kind_path));
    let site = container.pod().site_of(value);
    if written.is_some()
        && said.is_some_and(|said| Some(said) != written.map(|kind| (kind, text(profile_path))))
    {
        let message = format!("annotation `{key}` contradicts the field: the API server refuses the pod");
        out.flag(site, message).severity(Severity::Medium);
        return;
    }
    let message =
        format!("annotation `{key}` is deprecated since 1.30: the field `appArmorProfile` takes its place");
    let flag = out.flag(site, message);
    // What is unconfined or unknown is for `apparmor-unconfined` to mend first.
    let Some((kind, profile)) = said.filter(|(kind, _)| *kind != "Unconfined") else { return };
    let mut changes = vec![remove(value, "")];
    if written.is_none() {
        changes.push(set(container.node, kind_path, kind));
        changes.extend(profile.map(|profile| set(container.node, profile_path, profile)));
    }
    flag.fix(Safety::Safe, changes);
}

/// Type and local profile of the field that says what the annotation says.
fn as_field(value: Node<'_>) -> Option<(&str, Option<&str>)> {
    match value.str()? {
        "runtime/default" => Some(("RuntimeDefault", None)),
        "unconfined" => Some(("Unconfined", None)),
        other => {
            let profile = other.strip_prefix("localhost/").filter(|profile| !profile.is_empty())?;
            Some(("Localhost", Some(profile)))
        }
    }
}
