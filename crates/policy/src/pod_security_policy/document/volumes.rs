//! Which volume types may a policy list, and under which names?

use std::collections::BTreeSet;

use object::Node;

use super::fields::Reader;
use super::formats::shown;

/// The words of `spec.volumes`, and the field of a pod's volume that each stands for, in the order in which a
/// volume is asked what it is (`GetVolumeFSType`).
pub(in super::super) const WORDS: [(&str, &str); 29] = [
    ("hostPath", "hostPath"),
    ("emptyDir", "emptyDir"),
    ("gcePersistentDisk", "gcePersistentDisk"),
    ("awsElasticBlockStore", "awsElasticBlockStore"),
    ("gitRepo", "gitRepo"),
    ("secret", "secret"),
    ("nfs", "nfs"),
    ("iscsi", "iscsi"),
    ("glusterfs", "glusterfs"),
    ("persistentVolumeClaim", "persistentVolumeClaim"),
    ("rbd", "rbd"),
    ("flexVolume", "flexVolume"),
    ("cinder", "cinder"),
    ("cephFS", "cephfs"),
    ("flocker", "flocker"),
    ("downwardAPI", "downwardAPI"),
    ("fc", "fc"),
    ("azureFile", "azureFile"),
    ("configMap", "configMap"),
    ("vsphereVolume", "vsphereVolume"),
    ("quobyte", "quobyte"),
    ("azureDisk", "azureDisk"),
    ("photonPersistentDisk", "photonPersistentDisk"),
    ("storageos", "storageos"),
    ("projected", "projected"),
    ("portworxVolume", "portworxVolume"),
    ("scaleIO", "scaleIO"),
    ("csi", "csi"),
    ("ephemeral", "ephemeral"),
];

/// The volume types of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Volumes {
    /// Whether `*` is among them.
    pub all: bool,
    /// The types listed by name.
    pub named: BTreeSet<String>,
}

pub(super) fn read<'a>(reader: &mut Reader<'a>, spec: Node<'a>) -> Volumes {
    let mut volumes = Volumes::default();
    for (node, word) in reader.words(spec, "volumes") {
        if word == "*" {
            volumes.all = true;
            continue;
        }
        volumes.named.insert(word.to_owned());
        if WORDS.iter().all(|(known, _)| *known != word) {
            let near = WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
            let way_out = match near {
                Some((known, _)) => format!("write `{known}`"),
                None => "write `*` or the name of a volume type of Kubernetes 1.24".to_owned(),
            };
            reader.invalid(node, format!("{} is no volume type: {way_out}", shown(word)));
        }
    }
    volumes
}
