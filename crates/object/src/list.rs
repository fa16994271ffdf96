//! Which objects does a document hold?
//!
//! Anything with a top-level list called `items` is a list to kubectl, whatever its kind; lists nest.

use std::sync::Arc;

use finding::Span;

use crate::tree::{Kind, Node, Tree};
use crate::{Object, Problem, ProblemKind, Read};

/// Lists inside lists deeper than this are not opened.
const NESTING: usize = 16;

/// Adds the objects of a document to `out`.
pub(crate) fn flatten(tree: &Arc<Tree>, out: &mut Read) {
    let root = tree.root();
    if root.kind() != Kind::Map {
        out.foreign += 1;
        return;
    }
    let mut found = Vec::new();
    open(root, None, NESTING, &mut found, out);
    for (id, fallback) in found {
        match Object::new(Arc::clone(tree), id, fallback) {
            Ok(Some(object)) => out.objects.push(object),
            Ok(None) => out.foreign += 1,
            Err(missing) => out.problems.push(incomplete(tree.node(id), missing)),
        }
    }
}

/// Type that a typed list (`PodList`) gives to items that name none.
pub(crate) type ItemType = Option<(String, String)>;

fn open(node: Node<'_>, item: ItemType, nesting: usize, found: &mut Vec<(u32, ItemType)>, out: &mut Read) {
    let items = node.get("items").filter(|items| items.kind() == Kind::Seq);
    let Some(items) = items.filter(|_| nesting > 0 && node.get("kind").is_some()) else {
        found.push((node.id(), item));
        return;
    };
    let text = |key| node.get(key).and_then(Node::str);
    let inner = text("kind")
        .and_then(|kind| kind.strip_suffix("List"))
        .filter(|kind| !kind.is_empty())
        .zip(text("apiVersion"))
        .map(|(kind, api_version)| (api_version.to_owned(), kind.to_owned()));
    for each in items.items() {
        match each.kind() {
            Kind::Map => open(each, inner.clone(), nesting - 1, found, out),
            kind => out
                .problems
                .push(unreadable(each, format!("a list item that is {}, not an object", kind.word()))),
        }
    }
}

fn incomplete(node: Node<'_>, missing: &str) -> Problem {
    unreadable(node, format!("an object without `{missing}`: kubectl refuses it"))
}

fn unreadable(node: Node<'_>, message: String) -> Problem {
    let start = node.span().start;
    let first_line = node.source().slice(node.span()).lines().next().unwrap_or_default().len() as u32;
    Problem {
        kind: ProblemKind::Unreadable,
        source: Arc::clone(node.source()),
        span: Span::new(start, start + first_line),
        message,
        field: String::new(),
    }
}
