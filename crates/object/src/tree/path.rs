//! What is the way from one node down to another?

use std::fmt::Write as _;

use super::{Kind, Node};

/// Bytes of most paths.
const PATH: usize = 56;

impl<'a> Node<'a> {
    /// Path from `root` down to this node, such as `spec.containers[0].image`.
    pub fn path_from(self, root: Node<'a>) -> String {
        let mut steps = Vec::new();
        let mut node = self;
        while node.id != root.id {
            let Some((parent, index)) = node.place() else { break };
            steps.push((parent, index));
            node = parent;
        }
        let mut path = String::with_capacity(PATH);
        for (parent, index) in steps.into_iter().rev() {
            if parent.kind() == Kind::Seq {
                let _ = write!(path, "[{index}]");
            } else {
                let key = parent.kids().get(index & !1).map(|key| self.tree.node(*key).key_text());
                push_key(&mut path, &key.unwrap_or_default());
            }
        }
        path
    }
}

/// Appends a field name, in brackets where a dot would be read as a step (annotation keys).
pub(crate) fn push_key(path: &mut String, key: &str) {
    let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if plain {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
    } else {
        let _ = write!(path, "[{key}]");
    }
}
