//! `image-volume-registry-not-allowed`: files from a registry the owner of the cluster did not name.
use super::image_registry_not_allowed::refused;
use super::image_volume_unpinned::image_volumes;
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "image-volume-registry-not-allowed",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("image_volume_registry_not_allowed.md"),
    run: Run::Pod(image_volume_registry_not_allowed),
};

fn image_volume_registry_not_allowed(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for (volume, node, image) in image_volumes(*pod) {
        if let Some(why) = refused(image, &out.settings().registries) {
            let message = format!("volume `{volume}` is image `{image}`, {why}");
            out.flag(pod.site_of(node), message);
        }
    }
}
