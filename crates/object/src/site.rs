//! Where does a finding point when the field is there, and where when it is not?

use std::sync::Arc;

use finding::{Source, Span};

use crate::tree::{Node, push_key};

/// A field, written or missing: the bytes to point at and the path to name.
#[derive(Clone, Debug)]
pub struct Site<'a> {
    /// The node the field is, or the nearest one above it.
    pub node: Node<'a>,
    /// The key of the field; for a list item its value; for a missing field the nearest key above it.
    pub span: Span,
    /// Path from the object's root, missing steps included.
    pub field: String,
    /// Whether the field is written.
    pub written: bool,
    root: Node<'a>,
}

impl<'a> Site<'a> {
    /// A node that exists.
    pub(crate) fn of(root: Node<'a>, node: Node<'a>) -> Self {
        Self { node, span: pointer(node), field: node.path_from(root), written: true, root }
    }

    /// The field at a dotted `path` below `node`. A key that is written with `null` counts as written.
    pub(crate) fn below(root: Node<'a>, node: Node<'a>, path: &str) -> Self {
        let mut here = node;
        let mut steps = path.split('.').filter(|step| !step.is_empty());
        while let Some(step) = steps.next() {
            if let Some((_, value)) = here.entry(step) {
                here = value;
                continue;
            }
            let mut field = here.path_from(root);
            for missing in std::iter::once(step).chain(steps) {
                push_key(&mut field, missing);
            }
            return Self { node: here, span: pointer(here), field, written: false, root };
        }
        Self::of(root, here)
    }

    /// The path with list items by what names them, missing steps included; `[]` where nothing does.
    pub fn by_name(&self) -> String {
        let missing = self.field.get(self.node.path_from(self.root).len()..).unwrap_or_default();
        self.node.path_by_name(self.root) + missing
    }

    /// The text it stands in.
    pub fn source(&self) -> &'a Arc<Source> {
        self.node.source()
    }
}

/// The bytes that stand for a node: its key; for a list item its name, or its first line.
fn pointer(node: Node<'_>) -> Span {
    if let Some(key) = node.key() {
        return key.span();
    }
    if let Some(name) = node.get("name") {
        return name.span();
    }
    let span = node.span();
    let first_line = node.source().slice(span).lines().next().unwrap_or_default().trim_end();
    Span::new(span.start, span.start + first_line.len() as u32)
}
