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
        if let Some(name) = forbidden(image, &out.settings().registries) {
            let message = format!("image `{image}` is `{name}`, which no allowed registry has");
            out.flag(container.site("image"), message);
        }
    }
}

/// The full name of an image that is from none of the registries; silent when none is named.
pub(super) fn forbidden(image: &str, registries: &[String]) -> Option<String> {
    if registries.is_empty() {
        return None;
    }
    let reference = ImageReference::parse(image)?;
    (!reference.is_from(registries)).then(|| reference.full_name())
}
