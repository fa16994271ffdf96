//! `fs-group-ignored`: a volume that does not get the group the pod asks for.
use std::collections::BTreeSet;

use crate::prelude::*;
use crate::volumes::Volumes;

pub(crate) const CHECK: Check = Check {
    id: "fs-group-ignored",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("fs_group_ignored.md"),
    run: Run::Pod(fs_group_ignored),
};

/// Sources whose owner the kubelet never changes (`pkg/volume/{hostpath,nfs}`: no call of `SetVolumeOwnership`).
const UNTOUCHED: [&str; 2] = ["hostPath", "nfs"];

fn fs_group_ignored(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let Some(group) = pod.at("securityContext.fsGroup").and_then(Node::int).filter(|_| !pod.is_windows())
    else {
        return;
    };
    let volumes = Volumes::of(pod).only(|volume| source_of(volume).is_some());
    let mut spoken = BTreeSet::new();
    for mount in pod.every_container().flat_map(|container| volumes.mounts(container).collect::<Vec<_>>()) {
        let is_written = mount.node.get("readOnly").and_then(Node::bool) != Some(true);
        let Some(source) = source_of(mount.volume).filter(|_| is_written && spoken.insert(mount.name)) else {
            continue;
        };
        let message =
            format!("volume `{}` keeps its owner and mode: fsGroup {group} does not reach it", mount.name);
        out.flag(pod.site_of(source), message).label(&pod.site("securityContext.fsGroup"), "the group");
    }
}

fn source_of(volume: Node<'_>) -> Option<Node<'_>> {
    UNTOUCHED.iter().find_map(|source| volume.get(source))
}
