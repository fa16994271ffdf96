//! `host-path-writable`: a path of the node that a container may write to.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "host-path-writable",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("host_path_writable.md"),
    run: Run::Pod(host_path_writable),
};
use crate::volumes::Volumes;

/// What a read-only mount does not protect: it is opened and spoken to, not written through the file system.
const NO_FILES: [&str; 3] = ["Socket", "CharDevice", "BlockDevice"];

fn host_path_writable(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let volumes = Volumes::of(pod).only(|volume| volume.get("hostPath").is_some());
    for container in pod.every_container() {
        for mount in volumes.mounts(container) {
            let Some(host_path) = mount.volume.get("hostPath") else { continue };
            let text = |field| host_path.get(field).and_then(Node::str).unwrap_or_default();
            let (path, kind) = (text("path"), text("type"));
            let is_read_only = mount.node.get("readOnly").and_then(Node::bool) == Some(true);
            if is_read_only
                || NO_FILES.contains(&kind)
                || path.rsplit_once('.').is_some_and(|(_, ending)| ending == "sock")
            {
                continue;
            }
            // Without it `recursive-read-only-missing` would have to say that the mounts below stay writable.
            let recursion =
                mount.lacks_recursion(pod).then(|| set(mount.node, "recursiveReadOnly", "IfPossible"));
            out.flag(
                pod.object().site(mount.node, "readOnly"),
                format!(
                    "{} may write to `{path}` of the node through volume `{}`",
                    container.title(),
                    mount.name
                ),
            )
            .fix(Safety::Risky, [set(mount.node, "readOnly", true)].into_iter().chain(recursion));
        }
    }
}
