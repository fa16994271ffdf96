//! `writable-root-filesystem`: a container that may change its own program files.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "writable-root-filesystem",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("writable_root_filesystem.md"),
    run: Run::Pod(writable_root_filesystem),
};

fn writable_root_filesystem(pod: &Pod<'_>, out: &mut Findings<'_>) {
    // Windows needs write access to its own root.
    if pod.is_windows() {
        return;
    }
    for container in pod.every_container() {
        let path = "securityContext.readOnlyRootFilesystem";
        if container.at(path).and_then(Node::bool) != Some(true) {
            out.flag(
                container.site(path),
                format!("{} may write to its root file system", container.title()),
            )
            .fix(Safety::Risky, [set(container.node, path, true)]);
        }
    }
}
