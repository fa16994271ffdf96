//! `user-namespace-conflict`: a user namespace beside what excludes it.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "user-namespace-conflict",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("user_namespace_conflict.md"),
    run: Run::Pod(user_namespace_conflict),
};

use crate::list::checks::user_namespace_off::{NODES_OWN, has_block_device};

fn user_namespace_conflict(pod: &Pod<'_>, out: &mut Findings<'_>) {
    // Before 1.25 the field is dropped, and with it the conflict.
    if pod.version() < v(1, 25) || pod.is_windows() || !pod.has_user_namespace() {
        return;
    }
    for field in NODES_OWN.into_iter().filter(|field| pod.is_set(field)) {
        let message = format!("hostUsers is false and {field} is true: the API server refuses the pod");
        if field == "hostNetwork" && pod.version() >= v(1, 35) {
            let unless = "unless its gate UserNamespacesHostNetworkSupport is on";
            out.flag(pod.site(field), format!("{message} {unless}"));
        } else {
            out.flag(pod.site(field), message);
        }
    }
    for container in pod.every_container().filter(|container| has_block_device(*container)) {
        let message = format!(
            "hostUsers is false and {} uses a block device: the API server refuses the pod",
            container.title()
        );
        out.flag(container.site("volumeDevices"), message);
    }
}
