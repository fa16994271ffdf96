//! `mount-propagation-bidirectional`: a container whose mounts appear on the node.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "mount-propagation-bidirectional",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("mount_propagation_bidirectional.md"),
    run: Run::Pod(mount_propagation_bidirectional),
};

fn mount_propagation_bidirectional(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.is_windows() {
        return;
    }
    for container in pod.every_container() {
        for mount in container.at("volumeMounts").into_iter().flat_map(Node::items) {
            let Some(mode) = mount.get("mountPropagation") else { continue };
            if mode.str() != Some("Bidirectional") {
                continue;
            }
            let volume = mount.get("name").and_then(Node::str).unwrap_or_default();
            let message = format!("{} mounts into the node through volume `{volume}`", container.title());
            let unless = if container.is_privileged() { "" } else { ", for which it must be privileged" };
            out.flag(pod.site_of(mode), format!("{message}{unless}"));
        }
    }
}
