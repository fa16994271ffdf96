//! `apparmor-unconfined`: an AppArmor profile that is switched off, or one that nobody knows.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "apparmor-unconfined",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: Some(Profile::baseline("appArmorProfile", v(1, 0))),
    page: include_str!("apparmor_unconfined.md"),
    run: Run::Pod(apparmor_unconfined),
};

/// What the name of a container follows.
pub(super) const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

fn apparmor_unconfined(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let path = "securityContext.appArmorProfile.type";
    if let Some(kind) = loose(pod.at(path)) {
        out.flag(pod.site(path), format!("the pod runs with AppArmor profile type `{kind}`"))
            .fix(Safety::Risky, [set(pod.spec(), path, "RuntimeDefault")]);
    }
    for container in pod.every_container() {
        if let Some(kind) = loose(container.at(path)) {
            out.flag(
                container.site(path),
                format!("{} runs with AppArmor profile type `{kind}`", container.title()),
            )
            .fix(Safety::Risky, [set(container.node, path, "RuntimeDefault")]);
        }
    }
    for (key, value) in pod.annotations().filter(|(key, _)| key.starts_with(ANNOTATION)) {
        let profile = value.str().unwrap_or_default();
        if !(profile.is_empty() || profile == "runtime/default" || profile.starts_with("localhost/")) {
            let container = key.strip_prefix(ANNOTATION).unwrap_or_default();
            out.flag(
                pod.site_of(value),
                format!("container `{container}` runs with AppArmor profile `{profile}`"),
            )
            .fix(Safety::Risky, [set(value, "", "runtime/default")]);
        }
    }
}

/// A type that confines nothing: `Unconfined`, or a word the API does not know.
fn loose(kind: Option<Node<'_>>) -> Option<&str> {
    kind.and_then(Node::str).filter(|kind| !matches!(*kind, "RuntimeDefault" | "Localhost"))
}
