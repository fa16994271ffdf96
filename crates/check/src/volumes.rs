//! Which volume is behind a mount?

use std::collections::{BTreeMap, BTreeSet};

use object::{Container, Node, Pod, v};

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

    /// Only those of a kind: few pods have any that a rule asks about, and then nobody looks at the mounts.
    pub(crate) fn only(mut self, wanted: impl Fn(Node<'a>) -> bool) -> Self {
        self.0.retain(|_, volume| wanted(*volume));
        self
    }

    /// The mounts of a container whose volume is known.
    pub(crate) fn mounts(&self, container: Container<'a>) -> impl Iterator<Item = Mount<'a>> {
        let list = if self.0.is_empty() { None } else { container.at("volumeMounts") };
        let mounts = list.into_iter().flat_map(Node::items);
        mounts.filter_map(|node| {
            let name = node.get("name")?.str()?;
            Some(Mount { name, node, volume: *self.0.get(name)? })
        })
    }
}

impl Mount<'_> {
    /// Whether the mount lacks a `recursiveReadOnly` that would mean something and be accepted.
    pub(crate) fn lacks_recursion(&self, pod: &Pod<'_>) -> bool {
        let text = |field| self.node.get(field).and_then(Node::str).filter(|text| !text.is_empty());
        let knows_it = pod.version() >= v(1, 30) && !pod.is_windows();
        let is_recursive = matches!(text("recursiveReadOnly"), Some("Enabled" | "IfPossible"));
        // The kubelet binds a part of a volume without the mounts below it.
        let is_part = text("subPath").or_else(|| text("subPathExpr")).is_some();
        // The API refuses the field beside propagation.
        let propagates = text("mountPropagation").is_some_and(|mode| mode != "None");
        knows_it && !is_recursive && !is_part && !propagates && may_hold_mounts(self.volume)
    }
}

/// Whether a volume is a directory of the node or comes from a driver that may mount several things.
pub(crate) fn may_hold_mounts(volume: Node<'_>) -> bool {
    let is_directory = |host_path: Node<'_>| {
        let kind = host_path.get("type").and_then(Node::str).unwrap_or_default();
        matches!(kind, "" | "Directory" | "DirectoryOrCreate")
    };
    volume.get("hostPath").is_some_and(is_directory) || volume.get("csi").is_some()
}
