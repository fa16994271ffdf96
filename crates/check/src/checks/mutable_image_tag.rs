//! `mutable-image-tag`: an image that is another one tomorrow.
use crate::image_reference::ImageReference;
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "mutable-image-tag",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("mutable_image_tag.md"),
    run: Run::Pod(mutable_image_tag),
};

fn mutable_image_tag(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for container in pod.every_container() {
        let Some(image) = container.at("image").and_then(Node::str) else { continue };
        let Some(reference) = ImageReference::without_digest(image).filter(ImageReference::is_latest) else {
            continue;
        };
        let what = match reference.tag {
            None => "has no tag, so it is whatever `latest` is on the day",
            Some(_) => "is whatever `latest` is on the day",
        };
        out.flag(container.site("image"), format!("image `{image}` {what}"));
    }
}
