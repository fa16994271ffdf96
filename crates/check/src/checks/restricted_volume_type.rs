//! `restricted-volume-type`: a volume that a driver in the kubelet mounts with the powers of the node.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "restricted-volume-type",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[Severity::High],
    profile: Some(Profile::restricted("restrictedVolumes", v(1, 0))),
    page: include_str!("restricted_volume_type.md"),
    run: Run::Pod(restricted_volume_type),
};

fn restricted_volume_type(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for volume in pod.volumes() {
        let refused = policy::pod_security::refused_volume_source(volume);
        let Some((kind, source)) = refused.and_then(|kind| Some((kind, volume.get(kind)?))) else { continue };
        let name = volume.get("name").and_then(Node::str).unwrap_or_default();
        let message = format!("volume `{name}` is of type `{kind}`, which the restricted standard refuses");
        let flag = out.flag(pod.site_of(source), message);
        // CVE-2024-10220: whoever owns the repository runs programs as root on the node. Off since 1.33.
        if kind == "gitRepo" && pod.version() < v(1, 33) {
            flag.severity(Severity::High);
        }
    }
}
