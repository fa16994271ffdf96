//! What does a pod declare, whichever object carries it?

use crate::container::Container;
use crate::tree::{Kind, Node, split_path};
use crate::wanted::in_pod;
use crate::workload::{Kept, Place};
use crate::{Object, Site, Version};

/// A pod, or the template of one, as a given Kubernetes release reads it.
#[derive(Clone, Copy, Debug)]
pub struct Pod<'a> {
    object: &'a Object,
    place: Place<'a>,
    kept: &'a Kept,
    version: Version,
}

impl<'a> Pod<'a> {
    pub(crate) fn new(object: &'a Object, place: Place<'a>, kept: &'a Kept, version: Version) -> Self {
        Self { object, place, kept, version }
    }

    /// The object that is the pod or carries its template.
    pub fn object(self) -> &'a Object {
        self.object
    }

    /// The release whose reading is asked for.
    pub fn version(self) -> Version {
        self.version
    }

    /// Whether the object is itself a `Pod` rather than something that creates pods.
    pub fn is_bare(self) -> bool {
        self.object.kind() == "Pod" && self.object.group().is_empty()
    }

    /// The pod's `spec`.
    pub fn spec(self) -> Node<'a> {
        self.place.spec
    }

    /// The value under a dotted path of the pod's `spec`.
    #[allow(clippy::inline_always)] // `wanted.rs` says why
    #[inline(always)]
    pub fn at(self, path: &str) -> Option<Node<'a>> {
        match in_pod(path) {
            Some(place) => self.kept(place),
            None => self.search(path),
        }
    }

    pub(crate) fn kept(self, place: usize) -> Option<Node<'a>> {
        self.kept.fields.get(place)?.id().map(|id| self.object.node(id))
    }

    /// What is not kept, from the field above if that is.
    fn search(self, path: &str) -> Option<Node<'a>> {
        match split_path(path).and_then(|(field, below)| Some((in_pod(field)?, below))) {
            Some((place, below)) => self.kept(place)?.at(below),
            None => self.place.spec.at(path),
        }
    }

    /// Whether a boolean of the pod's `spec` is written and true.
    #[inline]
    pub fn is_set(self, path: &str) -> bool {
        self.at(path).and_then(Node::bool) == Some(true)
    }

    /// The place of a field of the pod's `spec`, written or missing.
    pub fn site(self, path: &str) -> Site<'a> {
        self.object.site(self.place.spec, path)
    }

    /// The place of any node of the object.
    pub fn site_of(self, node: Node<'a>) -> Site<'a> {
        self.object.site(node, "")
    }

    /// The pod's annotations, keys with their values.
    pub fn annotations(self) -> impl Iterator<Item = (&'a str, Node<'a>)> {
        let map = self.place.metadata.and_then(|metadata| metadata.get("annotations"));
        map.into_iter().flat_map(Node::entries).filter_map(|(key, value)| Some((key.text()?, value)))
    }

    /// One annotation, if it is a string.
    pub fn annotation(self, key: &str) -> Option<&'a str> {
        self.annotations().filter(|(k, _)| *k == key).last().and_then(|(_, value)| value.str())
    }

    /// The pod's labels that are strings.
    pub fn labels(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let map = self.place.metadata.and_then(|metadata| metadata.get("labels"));
        map.into_iter().flat_map(Node::entries).filter_map(|(key, value)| Some((key.text()?, value.str()?)))
    }

    /// Init, sidecar, regular and ephemeral containers, each list in its order: the one way to walk them.
    #[inline]
    pub fn every_container(self) -> impl Iterator<Item = Container<'a>> {
        self.kept.containers.iter().map(move |kept| Container::new(self, kept))
    }

    /// The pod's volumes.
    pub fn volumes(self) -> impl Iterator<Item = Node<'a>> {
        self.at("volumes").into_iter().flat_map(Node::items)
    }

    /// `spec.os.name` is `windows`.
    pub fn is_windows(self) -> bool {
        self.at("os.name").and_then(Node::str) == Some("windows")
    }

    /// `spec.hostUsers` is false: the pod has a user namespace of its own.
    pub fn has_user_namespace(self) -> bool {
        self.at("hostUsers").and_then(Node::bool) == Some(false)
    }

    /// Whether anything is written under `spec` at all.
    pub fn is_empty(self) -> bool {
        self.place.spec.kind() != Kind::Map
    }
}
