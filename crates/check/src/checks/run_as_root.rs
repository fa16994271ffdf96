//! `run-as-root`: a container that nothing keeps from running as root.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "run-as-root",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[Severity::Low],
    profile: Some(Profile::restricted("runAsNonRoot", v(1, 0))),
    page: include_str!("run_as_root.md"),
    run: Run::Pod(run_as_root),
};

fn run_as_root(pod: &Pod<'_>, out: &mut Findings<'_>) {
    // Asked of all containers at most once: there may be thousands, and a finding for each.
    let is_zero = |c: Container<'_>| c.effective("runAsUser").and_then(Node::int) == Some(0);
    let any = std::cell::LazyCell::new(|| pod.every_container().any(is_zero));
    let zero = || *any;
    // Root of a user namespace is nobody on the node (KEP-127; Pod Security agrees from 1.35).
    if pod.has_user_namespace() && pod.version() >= v(1, 35) {
        return;
    }
    for container in pod.every_container() {
        if container.effective("runAsNonRoot").and_then(Node::bool) == Some(true) {
            continue;
        }
        let user = container.effective("runAsUser").and_then(Node::int);
        let site = container.effective_site("runAsNonRoot");
        let flag = match user.filter(|user| *user != 0) {
            Some(user) => out
                .flag(site, format!("{} runs as user {user}, but nothing refuses root", container.title()))
                .severity(Severity::Low),
            None => out.flag(site, format!("{} may run as root", container.title())),
        };
        // With user 0 written beside it the container would never start.
        if user != Some(0) {
            flag.fix(Safety::Risky, [refuse_root(pod, container, &zero)]);
        }
    }
}

/// Said once for the pod, unless a container says otherwise for itself or would never start for it.
fn refuse_root(pod: &Pod<'_>, container: Container<'_>, zero: &dyn Fn() -> bool) -> finding::Change {
    let path = "securityContext.runAsNonRoot";
    let alone = container.at(path).is_some() || zero();
    set(if alone { container.node } else { pod.spec() }, path, true)
}
