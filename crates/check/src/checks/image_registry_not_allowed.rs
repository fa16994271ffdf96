//! `image-registry-not-allowed`: an image from somewhere the owner of the cluster did not name.
use crate::image_reference::ImageReference;
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "image-registry-not-allowed",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("image_registry_not_allowed.md"),
    run: Run::Pod(image_registry_not_allowed),
};

fn image_registry_not_allowed(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for container in pod.every_container() {
        let Some(image) = container.at("image").and_then(Node::str) else { continue };
        if let Some(why) = refused(image, &out.settings().registries) {
            out.flag(container.site("image"), format!("image `{image}` is {why}"));
        }
    }
}

/// Why no allowed registry has the image; silent when no registry is named.
pub(super) fn refused(image: &str, registries: &[String]) -> Option<String> {
    if let Some(name) = forbidden(image, registries) {
        return Some(format!("`{name}`, which no allowed registry has"));
    }
    // What one program cannot read another may read as something else.
    let odd = !registries.is_empty() && !image.is_empty() && !ImageReference::is_whole(image);
    odd.then(|| "no image reference, so no allowed registry has it".to_owned())
}

/// The full name of an image that is from none of the registries; silent when none is named.
pub(super) fn forbidden(image: &str, registries: &[String]) -> Option<String> {
    if registries.is_empty() {
        return None;
    }
    let reference = ImageReference::parse(image)?;
    (!reference.is_from(registries)).then(|| reference.full_name())
}
