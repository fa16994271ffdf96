//! `image-not-pinned`: an image whose content the manifest does not fix.
use crate::image_reference::ImageReference;
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "image-not-pinned",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("image_not_pinned.md"),
    run: Run::Pod(image_not_pinned),
};

fn image_not_pinned(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for container in pod.every_container() {
        let Some(image) = container.at("image").and_then(Node::str) else { continue };
        if ImageReference::is_pinned(image) {
            continue;
        }
        let Some(reference) = ImageReference::parse(image) else { continue };
        let site = container.site("image");
        match reference.digest {
            Some(Ok(_)) => {}
            None => drop(out.flag(site, format!("image `{image}` has no digest"))),
            Some(Err(why)) => {
                out.flag(site, format!("image `{image}` has a digest that is none: {why}"));
            }
        }
    }
}
