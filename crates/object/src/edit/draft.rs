//! How is a text changed that is tried in many ways?
//!
//! It is read once. Its parts are what can be changed without regard to the rest: each document, and in a
//! list of objects each object.

use std::collections::BTreeMap;
use std::sync::Arc;

use finding::{Change, Edit, Source, Step};

use super::place::{self, Splice};
use super::{Refused, plan};
use crate::tree::{Kind, Node, Tree};
use crate::{Limits, documents};

/// Lists inside lists deeper than this are one part.
pub(super) const NESTING: usize = 16;

/// A text with its documents and their parts.
#[derive(Debug)]
pub struct Draft {
    trees: BTreeMap<u32, Arc<Tree>>,
    parts: Vec<Part>,
}

/// A document, or one object of a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// Byte where it starts.
    pub start: u32,
    /// Byte where the root of its document starts.
    pub document: u32,
    /// Its place in `items`, for each list it is inside of.
    pub items: Vec<usize>,
}

impl Draft {
    /// Reads a text.
    pub fn of(source: &Arc<Source>) -> Self {
        let trees = documents(source, Limits::default()).trees.into_iter();
        let trees: BTreeMap<u32, _> = trees.map(|tree| (tree.root().span().start, tree)).collect();
        let mut parts = Vec::new();
        for (document, tree) in &trees {
            open(tree.root(), *document, &mut Vec::new(), &mut parts);
        }
        parts.sort_unstable();
        Self { trees, parts }
    }

    /// The documents in the order of the text.
    pub fn trees(&self) -> Vec<Arc<Tree>> {
        self.trees.values().cloned().collect()
    }

    /// The parts in the order of the text; what stands behind one and before the next belongs to it.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The splices that make all `changes` to a text, to be joined with those of its other parts.
    ///
    /// # Errors
    /// When one of them cannot be made without touching more than it names.
    pub fn splices(&self, changes: &[&Change]) -> Result<Splices, Refused> {
        let mut by_document: BTreeMap<u32, Vec<&Change>> = BTreeMap::new();
        for change in changes {
            by_document.entry(change.document).or_default().push(change);
        }
        let mut splices = Vec::new();
        for (document, own) in by_document {
            let gone = || Refused("the document is not where it was".to_owned());
            splices.extend(plan::splices(self.trees.get(&document).ok_or_else(gone)?, &own)?);
        }
        Ok(Splices(splices))
    }
}

/// What is done to a text, in no order yet.
#[derive(Clone, Debug, Default)]
pub struct Splices(Vec<Splice>);

impl Splices {
    /// Adds those of another part.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// In order and without overlap.
    ///
    /// # Errors
    /// When two of them touch the same text.
    pub fn edits(self) -> Result<Vec<Edit>, Refused> {
        place::in_order(self.0)
    }
}

impl Part {
    /// The part's place, as a path through its document: the longest that `change` goes down is where it belongs.
    pub fn items_of(change: &Change) -> Vec<usize> {
        let pairs = change.path.as_chunks::<2>().0.iter();
        pairs
            .map_while(|pair| match pair {
                [Step::Key(key), Step::Index(index)] if key == "items" => Some(*index),
                _ => None,
            })
            .collect()
    }
}

fn open(node: Node<'_>, document: u32, items: &mut Vec<usize>, parts: &mut Vec<Part>) {
    parts.push(Part { start: node.span().start, document, items: items.clone() });
    let list = node.get("items").filter(|list| list.kind() == Kind::Seq && !list.is_shared());
    let Some(list) = list.filter(|_| items.len() < NESTING) else { return };
    for (index, item) in list.items().enumerate() {
        if item.kind() == Kind::Map && !item.is_shared() {
            items.push(index);
            open(item, document, items, parts);
            items.pop();
        }
    }
}
