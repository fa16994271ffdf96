//! `recursive-read-only-missing`: a read-only mount whose mounts below are writable.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "recursive-read-only-missing",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("recursive_read_only_missing.md"),
    run: Run::Pod(recursive_read_only_missing),
};

use crate::volumes::{Volumes, may_hold_mounts};

fn recursive_read_only_missing(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let volumes = Volumes::of(pod).only(may_hold_mounts);
    for container in pod.every_container() {
        for mount in volumes.mounts(container).filter(|mount| mount.lacks_recursion(pod)) {
            if mount.node.get("readOnly").and_then(Node::bool) != Some(true) {
                continue;
            }
            // Alpha and off in 1.30 (RecursiveReadOnlyMounts of pkg/features/kube_features.go).
            let unless = if pod.version() < v(1, 31) {
                "; 1.30 needs the gate RecursiveReadOnlyMounts for it"
            } else {
                ""
            };
            out.flag(
                pod.object().site(mount.node, "recursiveReadOnly"),
                format!(
                    "{} mounts volume `{}` read-only, but not the mounts below it{unless}",
                    container.title(),
                    mount.name
                ),
            )
            .fix(Safety::Risky, [set(mount.node, "recursiveReadOnly", "IfPossible")]);
        }
    }
}
