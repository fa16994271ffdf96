//! Which objects carry a pod, and where?
//!
//! Kinds that Kubernetes itself knows are looked up; any other kind is searched for the shape of a
//! pod (Argo `Rollout`, Knative `Service`, `JobSet`): a list of containers that each name an image.

use crate::Object;
use crate::container::Role;
use crate::tree::{Kind, Node};
use crate::wanted::{Fields, fields, in_container, in_pod};

/// Where a pod stands in an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The pod's own metadata, if any is written.
    pub(crate) metadata: Option<Node<'a>>,
    /// The pod's spec.
    pub(crate) spec: Node<'a>,
}

/// A place by the numbers of its nodes, to be kept beside the tree.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) metadata: Option<u32>,
    pub(crate) spec: u32,
    /// Every rule walks them: they are searched for once.
    pub(crate) containers: Vec<KeptContainer>,
    /// The fields of the spec that most rules ask for.
    pub(crate) fields: Fields,
}

/// A container: the number of its node, its name if that is a text, and the fields that most rules ask for.
#[derive(Clone, Debug)]
pub(crate) struct KeptContainer {
    pub(crate) node: u32,
    pub(crate) name: Box<str>,
    pub(crate) role: Role,
    pub(crate) fields: Fields,
}

/// Init containers come first, ephemeral ones last.
const LISTS: [(&str, Role); 3] =
    [("initContainers", Role::Init), ("containers", Role::Regular), ("ephemeralContainers", Role::Ephemeral)];

impl Place<'_> {
    pub(crate) fn kept(&self) -> Kept {
        let lists = LISTS.into_iter().filter_map(|(list, role)| Some((self.spec.get(list)?, role)));
        let containers = lists.flat_map(|(list, role)| list.items().map(move |node| kept(node, role)));
        Kept {
            metadata: self.metadata.map(Node::id),
            spec: self.spec.id(),
            containers: containers.collect(),
            fields: fields(self.spec, in_pod),
        }
    }
}

fn kept(node: Node<'_>, role: Role) -> KeptContainer {
    let name = node.get("name").and_then(Node::str).unwrap_or_default().into();
    let stays = role == Role::Init && node.get("restartPolicy").and_then(Node::str) == Some("Always");
    let role = if stays { Role::Sidecar } else { role };
    KeptContainer { node: node.id(), name, role, fields: fields(node, in_container) }
}

/// How deep the search for a shape goes.
const DEPTH: usize = 24;

/// Every pod of an object, in the order of the text.
pub(crate) fn templates(object: &Object) -> Vec<Place<'_>> {
    let root = object.root();
    let native = matches!(object.group(), "" | "apps" | "extensions" | "batch");
    let template = match object.kind() {
        "Pod" if native => Some(root),
        "PodTemplate" if native => root.get("template"),
        "Deployment" | "ReplicaSet" | "ReplicationController" | "StatefulSet" | "DaemonSet" | "Job"
            if native =>
        {
            root.at("spec.template")
        }
        "CronJob" if native => root.at("spec.jobTemplate.spec.template"),
        _ if native || has_no_pods(object) => None,
        _ => return by_shape(root),
    };
    let place = template.and_then(|t| Some(Place { metadata: t.get("metadata"), spec: t.get("spec")? }));
    place.into_iter().collect()
}

/// Kinds of Kubernetes' own API groups hold no pods beyond those above; a CRD only describes them.
fn has_no_pods(object: &Object) -> bool {
    object.group().ends_with(".k8s.io") || object.kind() == "CustomResourceDefinition"
}

fn by_shape(root: Node<'_>) -> Vec<Place<'_>> {
    let mut found = Vec::new();
    search(root, DEPTH, &mut found);
    found
}

fn search<'a>(node: Node<'a>, depth: usize, found: &mut Vec<Place<'a>>) {
    if depth == 0 {
        return;
    }
    if is_pod_spec(node) {
        let template = node.key().filter(|key| key.text() == Some("spec")).and_then(|_| node.parent());
        found.push(Place { metadata: template.and_then(|t| t.get("metadata")), spec: node });
        return;
    }
    for (_, value) in node.entries() {
        search(value, depth - 1, found);
    }
    for item in node.items() {
        search(item, depth - 1, found);
    }
}

fn is_pod_spec(node: Node<'_>) -> bool {
    let Some(containers) = node.get("containers") else { return false };
    let names_image = |c: Node<'_>| c.get("image").is_some_and(|image| image.kind() == Kind::Str);
    containers.items().len() > 0 && containers.items().all(names_image)
}
