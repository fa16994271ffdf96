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
    if pod.has_user_namespace() && pod.version() >= v(1, 35) {
        return;
    }
    let path = "securityContext.runAsUser";
    if pod.at(path).and_then(Node::int) == Some(0) {
        out.flag(pod.site(path), "every container of the pod runs as root unless it says otherwise");
    }
    for container in pod.every_container() {
        if container.at(path).and_then(Node::int) == Some(0) {
            out.flag(container.site(path), format!("{} runs as root", container.title()));
        }
    }
}
