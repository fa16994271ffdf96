//! `run-as-uid-zero`: a manifest that asks for root by number.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "run-as-uid-zero",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: Some(Profile::restricted("runAsUser", v(1, 23))),
    page: include_str!("run_as_uid_zero.md"),
    run: Run::Pod(run_as_uid_zero),
};

fn run_as_uid_zero(pod: &Pod<'_>, out: &mut Findings<'_>) {
    // Root of a user namespace is nobody on the node; what never starts does not start there either.
    let is_nobody = pod.has_user_namespace() && pod.version() >= v(1, 35);
    let path = "securityContext.runAsUser";
    let is_zero = |node: Option<Node<'_>>| node.and_then(Node::int) == Some(0);
    if is_zero(pod.at(path)) {
        let inheriting = || pod.every_container().filter(|container| container.at(path).is_none());
        let refused = inheriting().find(|container| refuses_root(*container));
        if let Some(container) = refused {
            never_starts(container, out);
        }
        // Somebody runs so, or nobody is there yet who would be refused.
        let is_meant = refused.is_none() || inheriting().any(|container| !refuses_root(container));
        if is_meant && !is_nobody {
            out.flag(pod.site(path), "every container of the pod runs as root unless it says otherwise");
        }
    }
    for container in pod.every_container().filter(|container| is_zero(container.at(path))) {
        if refuses_root(container) {
            never_starts(container, out);
        } else if !is_nobody {
            out.flag(container.site(path), format!("{} runs as root", container.title()));
        }
    }
}

fn refuses_root(container: Container<'_>) -> bool {
    container.effective("runAsNonRoot").and_then(Node::bool) == Some(true)
}

/// As the kubelet decides (`verifyRunAsNonRoot` of pkg/kubelet/kuberuntime).
fn never_starts(container: Container<'_>, out: &mut Findings<'_>) {
    let message = "never starts: runAsUser is 0 and runAsNonRoot is true";
    out.flag(container.effective_site("runAsUser"), format!("{} {message}", container.title()))
        .label(&container.effective_site("runAsNonRoot"), "root is refused here");
}
