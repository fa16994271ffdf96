//! What is one Kubernetes object?

use std::sync::Arc;

use finding::{ObjectRef, Source};

use crate::list::ItemType;
use crate::tree::{Node, Tree};
use crate::workload::{self, Place};
use crate::{Pod, Site, Version};

/// One object: what it is called, and the tree it stands in.
#[derive(Clone, Debug)]
pub struct Object {
    tree: Arc<Tree>,
    root: u32,
    id: ObjectRef,
    /// Where its pods stand, metadata and spec: searched for once, asked for often.
    places: Vec<(Option<u32>, u32)>,
}

impl Object {
    /// `Ok(None)` when the mapping is no Kubernetes object; the name of the missing field when it is half of one.
    pub(crate) fn new(tree: Arc<Tree>, root: u32, fallback: ItemType) -> Result<Option<Self>, &'static str> {
        let node = tree.node(root);
        let text = |path: &str| node.at(path).and_then(Node::str).map(str::to_owned);
        let (listed_version, listed_kind) = fallback.unzip();
        let (api_version, kind) = (text("apiVersion").or(listed_version), text("kind").or(listed_kind));
        let looks_like_one = node.get("metadata").is_some() || node.get("spec").is_some();
        let (api_version, kind) = match (api_version, kind) {
            (Some(api_version), Some(kind)) => (api_version, kind),
            (None, Some(_)) if looks_like_one => return Err("apiVersion"),
            (Some(_), None) if looks_like_one => return Err("kind"),
            _ => return Ok(None),
        };
        // What `kubectl kustomize` reads never reaches an API server.
        if api_version.starts_with("kustomize.config.k8s.io/") {
            return Ok(None);
        }
        let name = text("metadata.name").or_else(|| text("metadata.generateName")).unwrap_or_default();
        let id = ObjectRef { api_version, kind, namespace: text("metadata.namespace"), name };
        let mut object = Self { tree, root, id, places: Vec::new() };
        object.places = workload::templates(&object).iter().map(Place::ids).collect();
        Ok(Some(object))
    }

    /// The object whose mapping is a node inside of a document, such as the `object` of a review. Its type
    /// (API version and kind) may be given where it is not written.
    ///
    /// # Errors
    /// The name of the field without which it is no Kubernetes object.
    pub fn within(
        tree: &Arc<Tree>,
        node: Node<'_>,
        given: Option<(String, String)>,
    ) -> Result<Self, &'static str> {
        match Self::new(Arc::clone(tree), node.id(), given) {
            Ok(Some(object)) => Ok(object),
            Ok(None) => Err("kind"),
            Err(missing) => Err(missing),
        }
    }

    /// Kind and name, for reports.
    pub fn id(&self) -> &ObjectRef {
        &self.id
    }

    /// `Deployment`.
    pub fn kind(&self) -> &str {
        &self.id.kind
    }

    /// `apps` of `apps/v1`; empty for the core group.
    pub fn group(&self) -> &str {
        self.id.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// `metadata.name`, or `metadata.generateName`.
    pub fn name(&self) -> &str {
        &self.id.name
    }

    /// The namespace the object lands in when nothing else is said.
    pub fn namespace(&self) -> &str {
        self.id.namespace.as_deref().unwrap_or("default")
    }

    /// The object's own mapping.
    pub fn root(&self) -> Node<'_> {
        self.tree.node(self.root)
    }

    /// The text it was read from.
    pub fn source(&self) -> &Arc<Source> {
        self.tree.source()
    }

    /// The value under a dotted path of field names.
    pub fn at(&self, path: &str) -> Option<Node<'_>> {
        self.root().at(path)
    }

    /// The place of a field below `node`, or of the nearest thing that exists.
    pub fn site<'a>(&'a self, node: Node<'a>, path: &str) -> Site<'a> {
        Site::below(self.root(), node, path)
    }

    /// Every pod the object is or would create, seen by the given release.
    pub fn pods(&self, version: Version) -> impl Iterator<Item = Pod<'_>> {
        self.places().map(move |place| Pod::new(self, place, version))
    }

    /// Where its pods stand.
    pub(crate) fn places(&self) -> impl ExactSizeIterator<Item = Place<'_>> {
        self.places.iter().map(|(metadata, spec)| Place {
            metadata: metadata.map(|id| self.tree.node(id)),
            spec: self.tree.node(*spec),
        })
    }
}
