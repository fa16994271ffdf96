//! How does a rule say what is to be written? One change each, by path below a node that exists.

use finding::{Action, Change, Value};
use object::Node;
use object::edit::change;

/// The field holds this value afterwards; missing steps of the path are made.
pub(crate) fn set(node: Node<'_>, path: &str, value: impl Into<Value>) -> Change {
    change(node, path, Action::Set(value.into()))
}

/// The list holds the item too.
pub(crate) fn append(node: Node<'_>, path: &str, item: impl Into<Value>) -> Change {
    change(node, path, Action::Append(item.into()))
}

/// Nothing stands there afterwards; what is left empty goes too. An empty path means the node itself.
pub(crate) fn remove(node: Node<'_>, path: &str) -> Change {
    change(node, path, Action::Remove)
}

/// The key has another name afterwards.
pub(crate) fn rename(node: Node<'_>, path: &str, name: &str) -> Change {
    change(node, path, Action::Rename(name.to_owned()))
}
