//! `recursive-read-only-missing`: a read-only mount whose mounts below are writable.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "recursive-read-only-missing",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    profile: None,
    page: include_str!("recursive_read_only_missing.md"),
    run: Run::Pod(recursive_read_only_missing),
};

use crate::volumes::Volumes;

fn recursive_read_only_missing(pod: &Pod<'_>, out: &mut Findings<'_>) {
    // The field came in 1.30 behind a gate that is on since 1.31.
    if pod.version() < v(1, 31) || pod.is_windows() {
        return;
    }
    let volumes = Volumes::of(pod);
    for container in pod.every_container() {
        for mount in volumes.mounts(container).filter(|mount| may_hold_mounts(mount.volume)) {
            let text = |field| mount.node.get(field).and_then(Node::str).filter(|text| !text.is_empty());
            let is_read_only = mount.node.get("readOnly").and_then(Node::bool) == Some(true);
            let is_recursive = matches!(text("recursiveReadOnly"), Some("Enabled" | "IfPossible"));
            // The kubelet binds a part of a volume without the mounts below it.
            let is_part = text("subPath").or_else(|| text("subPathExpr")).is_some();
            if !is_read_only || is_recursive || is_part {
                continue;
            }
            let message = format!(
                "{} mounts volume `{}` read-only, but not the mounts below it",
                container.title(),
                mount.name
            );
            let flag = out.flag(pod.object().site(mount.node, "recursiveReadOnly"), message);
            // The API refuses the field beside propagation.
            if text("mountPropagation").is_none_or(|mode| mode == "None") {
                flag.fix(Safety::Risky, [set(mount.node, "recursiveReadOnly", "IfPossible")]);
            }
        }
    }
}

/// Whether a volume is a directory of the node or comes from a driver that may mount several things.
fn may_hold_mounts(volume: Node<'_>) -> bool {
    let is_directory = |host_path: Node<'_>| {
        let kind = host_path.get("type").and_then(Node::str).unwrap_or_default();
        matches!(kind, "" | "Directory" | "DirectoryOrCreate")
    };
    volume.get("hostPath").is_some_and(is_directory) || volume.get("csi").is_some()
}
