//! `share-process-namespace`: containers that see each other's processes.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "share-process-namespace",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("share_process_namespace.md"),
    run: Run::Pod(share_process_namespace),
};

fn share_process_namespace(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.is_windows() || !pod.is_set("shareProcessNamespace") {
        return;
    }
    out.flag(
        pod.site("shareProcessNamespace"),
        "each container of the pod sees the processes, environment and files of the others",
    )
    .fix(Safety::Risky, [set(pod.spec(), "shareProcessNamespace", false)]);
}
