//! `hostPathVolumes` and `restrictedVolumes`.

use object::{Node, Pod, Site};

use super::{Refusal, plural, quoted, set};

/// Sources that restricted allows.
pub(crate) const ALLOWED: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// Sources that restricted refuses, in the order in which upstream looks for them.
pub(crate) const REFUSED: [&str; 21] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

pub(crate) fn host_path<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let (mut names, mut sites) = (Vec::new(), Vec::new());
    for volume in pod.volumes().filter(|volume| volume.get("hostPath").is_some()) {
        names.push(name(volume));
        sites.push(site(pod, volume, "hostPath"));
    }
    (!names.is_empty()).then(|| Refusal {
        reason: "hostPath volumes",
        detail: format!("{} {}", plural("volume", "volumes", names.len()), quoted(&names)),
        sites,
    })
}

pub(crate) fn restricted<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let (mut names, mut types, mut sites) = (Vec::new(), Vec::new(), Vec::new());
    for volume in pod.volumes() {
        if let Some(source) = refused_source(volume) {
            names.push(name(volume));
            types.push(source);
            sites.push(site(pod, volume, source));
        }
    }
    let types = set(types);
    (!names.is_empty()).then(|| Refusal {
        reason: "restricted volume types",
        detail: format!(
            "{} {} {} restricted volume {} {}",
            plural("volume", "volumes", names.len()),
            quoted(&names),
            plural("uses", "use", names.len()),
            plural("type", "types", types.len()),
            quoted(&types)
        ),
        sites,
    })
}

/// The source of a volume that restricted refuses.
///
/// A volume without any source is an `emptyDir` to the API server, and so allowed.
pub fn refused_source(volume: Node<'_>) -> Option<&'static str> {
    let has = |source: &&str| volume.get(source).is_some();
    if ALLOWED.iter().any(has) { None } else { REFUSED.into_iter().find(|source| has(source)) }
}

fn name(volume: Node<'_>) -> &str {
    volume.get("name").and_then(Node::str).unwrap_or_default()
}

fn site<'a>(pod: &Pod<'a>, volume: Node<'a>, source: &str) -> Site<'a> {
    volume.get(source).map_or_else(|| pod.site_of(volume), |node| pod.site_of(node))
}
