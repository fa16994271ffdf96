//! Does a change of a pod matter to what it may do?
//!
//! `k8s.io/pod-security-admission` (`isSignificantPodUpdate`): of what may be changed about a pod at all,
//! only images and the number of containers do. A label is nobody's danger.

use object::{Node, Object};

pub(super) fn is_significant(pod: &Object, old: &Object) -> bool {
    ["spec.containers", "spec.initContainers"].iter().any(|list| {
        let (new, old) = (items(pod, list), items(old, list));
        new.len() != old.len() || new.iter().zip(&old).any(|(new, old)| image(*new) != image(*old))
    }) || adds_ephemeral(pod, old)
}

fn adds_ephemeral(pod: &Object, old: &Object) -> bool {
    let before = items(old, "spec.ephemeralContainers");
    items(pod, "spec.ephemeralContainers").into_iter().any(|container| {
        let same = before.iter().find(|other| text(**other, "name") == text(container, "name"));
        same.is_none_or(|same| image(*same) != image(container))
    })
}

fn items<'a>(object: &'a Object, list: &str) -> Vec<Node<'a>> {
    object.at(list).map(|list| list.items().collect()).unwrap_or_default()
}

fn image(container: Node<'_>) -> &str {
    text(container, "image")
}

fn text<'a>(node: Node<'a>, key: &str) -> &'a str {
    node.get(key).and_then(Node::str).unwrap_or_default()
}
