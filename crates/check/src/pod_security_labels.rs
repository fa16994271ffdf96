//! What do the labels of a Namespace ask Pod Security admission for?

use finding::{Action, Change, Step};
use object::edit::change;
use object::{Node, Object, Version, v};

/// Where the labels begin that Pod Security admission reads.
pub(crate) const PREFIX: &str = "pod-security.kubernetes.io/";
/// The level that pods are held to.
pub(crate) const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
/// The release whose rules they are held to.
pub(crate) const ENFORCE_VERSION: &str = "pod-security.kubernetes.io/enforce-version";

/// The namespaces of Kubernetes itself; the first runs the control plane, the others hold no pods.
const OWN: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

/// Whether the object is a Namespace, and the release has Pod Security admission: on by default since 1.23.
pub(crate) fn is_judged(object: &Object, version: Version) -> bool {
    object.kind() == "Namespace" && object.group().is_empty() && version >= v(1, 23)
}

/// Whether a Namespace is one of Kubernetes itself.
pub(crate) fn is_own(namespace: &Object) -> bool {
    OWN.contains(&namespace.name())
}

/// Every label of an object: its key with its value.
pub(crate) fn labels(object: &Object) -> impl Iterator<Item = (&str, Node<'_>)> {
    let map = object.at("metadata.labels").into_iter();
    map.flat_map(Node::entries).filter_map(|(key, value)| Some((key.text()?, value)))
}

/// The value of one label; the API reads a `null` as an empty string here.
pub(crate) fn label<'a>(object: &'a Object, key: &str) -> Option<Node<'a>> {
    labels(object).filter(|(own, _)| *own == key).last().map(|(_, value)| value)
}

/// The change that gives an object a label; its key has dots in it, which no dotted path can say.
pub(crate) fn set_label(object: &Object, key: &str, value: &str) -> Change {
    let mut change = change(object.root(), "metadata.labels", Action::Set(value.into()));
    change.path.push(Step::Key(key.to_owned()));
    change
}
