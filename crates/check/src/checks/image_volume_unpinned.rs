//! `image-volume-unpinned`: files that are other ones tomorrow.
use crate::image_reference::ImageReference;
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "image-volume-unpinned",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("image_volume_unpinned.md"),
    run: Run::Pod(image_volume_unpinned),
};

fn image_volume_unpinned(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for (volume, node, image) in image_volumes(*pod) {
        let Some(reference) = ImageReference::parse(image) else { continue };
        let what = match reference.digest {
            Some(Ok(_)) => continue,
            None => "has no digest".to_owned(),
            Some(Err(why)) => format!("has a digest that is none: {why}"),
        };
        out.flag(pod.site_of(node), format!("volume `{volume}` is image `{image}`, which {what}"));
    }
}

/// Volumes that are images: their names, where the reference stands, and what it says.
pub(super) fn image_volumes(pod: Pod<'_>) -> impl Iterator<Item = (&str, Node<'_>, &str)> {
    let known = pod.version() >= v(1, 31);
    pod.volumes().filter(move |_| known).filter_map(|volume| {
        let reference = volume.at("image.reference")?;
        let name = volume.get("name").and_then(Node::str).unwrap_or_default();
        Some((name, reference, reference.str()?))
    })
}
