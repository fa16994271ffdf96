//! `user-namespace-off`: a pod whose root is the root of the node.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "user-namespace-off",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Info,
    also: &[],
    profile: None,
    page: include_str!("user_namespace_off.md"),
    run: Run::Pod(user_namespace_off),
};

fn user_namespace_off(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.version() < v(1, 36) || pod.is_windows() || pod.has_user_namespace() {
        return;
    }
    let flag = out.flag(pod.site("hostUsers"), "root in the pod is root on the node: hostUsers is not false");
    let is_refused =
        NODES_OWN.iter().any(|field| pod.is_set(field)) || pod.every_container().any(has_block_device);
    if !is_refused && !pod.volumes().any(cannot_map_ids) {
        flag.fix(Safety::Risky, [set(pod.spec(), "hostUsers", false)]);
    }
}

/// Namespaces of the node that exclude a user namespace of the pod's own.
pub(super) const NODES_OWN: [&str; 3] = ["hostNetwork", "hostPID", "hostIPC"];

/// Whether the container uses a raw block device, which excludes a user namespace too.
pub(super) fn has_block_device(container: Container<'_>) -> bool {
    container.at("volumeDevices").is_some_and(|devices| devices.items().len() > 0)
}

/// File systems without id-mapped mounts: with one of them the pod would not start.
fn cannot_map_ids(volume: Node<'_>) -> bool {
    ["nfs", "glusterfs", "cephfs"].iter().any(|source| volume.get(source).is_some())
}
