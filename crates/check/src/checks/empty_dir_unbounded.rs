//! `empty-dir-unbounded`: scratch space that may fill the node.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "empty-dir-unbounded",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("empty_dir_unbounded.md"),
    run: Run::PodAmong(empty_dir_unbounded),
};
use object::Role;

use crate::resources::{is_amount, is_limited};

fn empty_dir_unbounded(pod: &Pod<'_>, inventory: &Inventory, out: &mut Findings<'_>) {
    let unbounded =
        pod.volumes().filter(|volume| is_empty_dir(*volume) && !is_amount(volume.at("emptyDir.sizeLimit")));
    let (mut on_disk, mut in_memory) = (None, None);
    for volume in unbounded {
        let medium = volume.at("emptyDir.medium").and_then(Node::str).unwrap_or_default();
        let (what, is_bounded) = match medium {
            "" => ("disk", *on_disk.get_or_insert_with(|| is_disk_bounded(pod, inventory))),
            "Memory" => ("memory", *in_memory.get_or_insert_with(|| is_memory_bounded(pod, inventory))),
            // Huge pages are there only as far as they are requested.
            _ => continue,
        };
        if is_bounded {
            continue;
        }
        let name = volume.get("name").and_then(Node::str).unwrap_or_default();
        out.flag(
            pod.object().site(volume, "emptyDir.sizeLimit"),
            format!("volume `{name}` may fill the node's {what}: it has no sizeLimit"),
        )
        .fix(Safety::Risky, [set(volume, "emptyDir.sizeLimit", "1Gi")]);
    }
}

/// A volume that names no source is an `emptyDir` too.
fn is_empty_dir(volume: Node<'_>) -> bool {
    let sources = || volume.entries().filter(|(key, _)| key.text() != Some("name"));
    volume.get("emptyDir").is_some()
        || (volume.get("name").is_some() && sources().all(|(_, value)| value.kind() == object::Kind::Null))
}

/// The kubelet evicts a pod whose volumes, logs and layers outgrow the sum of its limits.
fn is_disk_bounded(pod: &Pod<'_>, inventory: &Inventory) -> bool {
    pod.every_container().any(|container| is_limited(container, "ephemeral-storage", inventory))
}

/// What lies in memory counts against the limit of the container that wrote it.
fn is_memory_bounded(pod: &Pod<'_>, inventory: &Inventory) -> bool {
    pod.every_container()
        .filter(|container| container.role != Role::Ephemeral)
        .all(|container| is_limited(container, "memory", inventory))
}
