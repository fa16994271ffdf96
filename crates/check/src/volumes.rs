//! Which volume is behind a mount?

use std::collections::{BTreeMap, BTreeSet};

use object::{Container, Node, Pod};

/// The volumes of a pod by name.
pub(crate) struct Volumes<'a>(BTreeMap<&'a str, Node<'a>>);

/// A volume at a place in a container.
pub(crate) struct Mount<'a> {
    /// The name that mount and volume share.
    pub(crate) name: &'a str,
    /// The mount, in the container.
    pub(crate) node: Node<'a>,
    /// The volume, in the pod.
    pub(crate) volume: Node<'a>,
}

impl<'a> Volumes<'a> {
    /// The volumes written in the pod, without those that a StatefulSet replaces by claims of the same name.
    pub(crate) fn of(pod: &Pod<'a>) -> Self {
        let object = pod.object();
        let claims =
            (object.kind() == "StatefulSet").then(|| object.at("spec.volumeClaimTemplates")).flatten();
        let claimed: BTreeSet<&str> = claims
            .into_iter()
            .flat_map(Node::items)
            .filter_map(|claim| claim.at("metadata.name").and_then(Node::str))
            .collect();
        let named = pod.volumes().filter_map(|volume| Some((volume.get("name")?.str()?, volume)));
        Self(named.filter(|(name, _)| !claimed.contains(name)).collect())
    }

    /// The mounts of a container whose volume is known.
    pub(crate) fn mounts(&self, container: Container<'a>) -> impl Iterator<Item = Mount<'a>> {
        let mounts = container.at("volumeMounts").into_iter().flat_map(Node::items);
        mounts.filter_map(|node| {
            let name = node.get("name")?.str()?;
            Some(Mount { name, node, volume: *self.0.get(name)? })
        })
    }
}
