//! `capability-without-effect`: a capability that the program is never given.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "capability-without-effect",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("capability_without_effect.md"),
    run: Run::Pod(capability_without_effect),
};

/// capabilities(7), "Transformation of capabilities during execve": without the ambient set, which no
/// runtime fills, a user other than root has what the executed file grants, and `no_new_privs` takes that.
fn capability_without_effect(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.is_windows() {
        return;
    }
    for container in pod.every_container().filter(|container| has_user(*container)) {
        let escalation = container.at("securityContext.allowPrivilegeEscalation").and_then(Node::bool);
        if escalation != Some(false) {
            continue;
        }
        let user = container.effective("runAsUser").and_then(Node::int).unwrap_or_default();
        for (name, node) in container.added_capabilities() {
            let message = format!(
                "{} runs as user {user} and may gain no privileges: it never holds capability {name}",
                container.title()
            );
            out.flag(pod.site_of(node), message).fix(Safety::Risky, [remove(node, "")]);
        }
    }
}

/// Whether the manifest names a user other than root.
pub(super) fn has_user(container: Container<'_>) -> bool {
    container.effective("runAsUser").and_then(Node::int).is_some_and(|user| user != 0)
}
