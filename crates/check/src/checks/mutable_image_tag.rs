//! `mutable-image-tag`: an image that is another one tomorrow.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "mutable-image-tag",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    profile: None,
    page: include_str!("mutable_image_tag.md"),
    run: Run::Pod(mutable_image_tag),
};

fn mutable_image_tag(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for container in pod.every_container() {
        let Some(image) = container.at("image").and_then(Node::str) else { continue };
        if let Some(what) = moving(image) {
            out.flag(container.site("image"), format!("image `{image}` {what}"));
        }
    }
}

/// What moves about a reference, if it has neither a digest nor a tag that is meant to stay.
fn moving(image: &str) -> Option<&'static str> {
    if image.contains('@') || image.trim().is_empty() {
        return None;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split_once(':').map(|(_, tag)| tag) {
        None | Some("") => Some("has no tag, so it is whatever `latest` is on the day"),
        Some("latest") => Some("is whatever `latest` is on the day"),
        Some(_) => None,
    }
}
