//! `host-path-volume`: a volume that is a path of the node.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "host-path-volume",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: Some(Profile::baseline("hostPathVolumes", v(1, 0))),
    page: include_str!("host_path_volume.md"),
    run: Run::Pod(host_path_volume),
};

fn host_path_volume(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for volume in pod.volumes() {
        let Some(host_path) = volume.get("hostPath") else { continue };
        let name = volume.get("name").and_then(Node::str).unwrap_or_default();
        let path = host_path.get("path").and_then(Node::str).unwrap_or_default();
        out.flag(pod.site_of(host_path), format!("volume `{name}` is `{path}` of the node"));
    }
}
