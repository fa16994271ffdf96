//! `image-in-custom-resource`: an image that a controller will run, in a place no pod rule sees.
use object::Kind as Shape;

use super::deprecated_image_registry::retired;
use super::image_registry_not_allowed::forbidden;
use crate::api_group::is_custom;
use crate::image_reference::ImageReference;
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "image-in-custom-resource",
    since: "0.1",
    stage: Stage::Preview,
    severity: Severity::Medium,
    also: &[Severity::Low, Severity::High],
    profile: None,
    page: include_str!("image_in_custom_resource.md"),
    run: Run::Object(image_in_custom_resource),
};

fn image_in_custom_resource(object: &Object, out: &mut Findings<'_>) {
    let group = object.group();
    // A Flux ImageRepository names what is watched, not what is run.
    if !is_custom(group) || group == "image.toolkit.fluxcd.io" {
        return;
    }
    let pods: Vec<_> = object.pods(out.version()).map(|pod| pod.spec().span()).collect();
    search(object, object.root(), &pods, out);
}

fn search(object: &Object, node: Node<'_>, pods: &[finding::Span], out: &mut Findings<'_>) {
    let is_pod = node.kind() == Shape::Map && pods.contains(&node.span());
    for (key, value) in node.entries() {
        let name = key.text().unwrap_or_default();
        // The pod rules have judged these already.
        let judged = matches!(name, "containers" | "initContainers" | "ephemeralContainers" | "volumes");
        match value.str() {
            Some(text) if names_image(name) => judge(object, node, value, text, out),
            None if !(is_pod && judged) => search(object, value, pods, out),
            _ => {}
        }
    }
    node.items().for_each(|item| search(object, item, pods, out));
}

fn names_image(key: &str) -> bool {
    key == "image" || key == "imageName" || key.ends_with("Image")
}

fn judge(object: &Object, holder: Node<'_>, node: Node<'_>, image: &str, out: &mut Findings<'_>) {
    let Some(reference) = ImageReference::parse(image).filter(|reference| is_image(holder, node, reference))
    else {
        return;
    };
    let name = forbidden(image, &out.settings().registries);
    let (severity, what) = if let Some(name) = name {
        (Severity::High, format!("is `{name}`, which no allowed registry has"))
    } else if let Some((place, became)) = retired(image) {
        (Severity::Medium, format!("is from `{place}`, which {became}"))
    } else if reference.is_latest() {
        (Severity::Medium, "is whatever `latest` is on the day".to_owned())
    } else if reference.digest.is_none() {
        (Severity::Low, "has no digest".to_owned())
    } else if let Some(Err(why)) = &reference.digest {
        (Severity::Medium, format!("has a digest that is none: {why}"))
    } else {
        return;
    };
    let (kind, name) = (object.kind(), object.name());
    out.flag(object.site(node, ""), format!("image `{image}` of {kind} `{name}` {what}")).severity(severity);
}

/// Whether the field is an image beyond doubt: custom resources call disks, pictures and names so as well.
fn is_image(holder: Node<'_>, node: Node<'_>, reference: &ImageReference<'_>) -> bool {
    let has = |keys: &[&str]| keys.iter().any(|key| holder.get(key).is_some());
    // The rest of the reference stands beside it.
    let elsewhere = has(&["tag", "imageTag", "version", "digest", "sha", "imageDigest"]);
    if reference.tag.is_none() && reference.digest.is_none() && elsewhere {
        return false;
    }
    let is_key_image = node.key().and_then(Node::text) == Some("image");
    let runs = has(&["command", "args", "script", "env", "volumeMounts", "imagePullPolicy"]);
    if is_key_image && runs {
        return true;
    }
    let last = reference.repository.rsplit('/').next().unwrap_or_default();
    let is_file =
        [".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".qcow2", ".img", ".iso", ".raw", ".vmdk"]
            .iter()
            .any(|ending| last.ends_with(ending));
    let is_versioned = reference.tag.is_some() || reference.digest.is_some();
    let has_host = reference.name.split('/').next().is_some_and(|host| host.contains('.'));
    reference.name.contains('/') && !is_file && (is_versioned || has_host)
}
