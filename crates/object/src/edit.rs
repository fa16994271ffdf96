//! Which bytes change when a field is set, extended or taken away?
//!
//! Changes are given by path and come out as splices of the user's own text: comments, order and style
//! survive. A place that serves several others through an anchor is refused, never edited in silence.

mod draft;
mod place;
mod plan;
mod proof;
#[cfg(test)]
mod tests;
mod write;

use std::sync::Arc;

use finding::{Action, Change, Edit, Source, Step};

pub use self::draft::{Draft, Part, Splices};
pub use self::proof::{Model, differences, models};
use crate::tree::{Kind, Node, Tree};

/// Why a change cannot be written; a clause that follows "not fixed: ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub(crate) String);

/// The splices that make all `changes`, in order and without overlap.
///
/// # Errors
/// When one of them cannot be made without touching more than it names.
pub fn edits(source: &Arc<Source>, changes: &[Change]) -> Result<Vec<Edit>, Refused> {
    Draft::of(source).splices(&changes.iter().collect::<Vec<_>>())?.edits()
}

/// The change of a field below a node that exists.
pub fn change(node: Node<'_>, path: &str, action: Action) -> Change {
    let mut steps = Vec::new();
    let mut here = node;
    while let Some(parent) = here.parent() {
        let index = parent.items().position(|item| item.id() == here.id());
        let key = || here.key().and_then(Node::text).unwrap_or_default().to_owned();
        steps.push(index.map_or_else(|| Step::Key(key()), Step::Index));
        here = parent;
    }
    let document = here.span().start;
    steps.reverse();
    steps.extend(path.split('.').filter(|step| !step.is_empty()).map(|step| Step::Key(step.to_owned())));
    Change { document, path: steps, action }
}

/// As far as a path exists in a tree, and what of it is missing.
fn resolve<'t, 'p>(tree: &'t Tree, path: &'p [Step]) -> Result<(Node<'t>, &'p [Step]), Refused> {
    let mut node = tree.root();
    let mut rest = path;
    while let Some((step, below)) = rest.split_first() {
        let next = match step {
            Step::Key(key) => node.entry(key).map(|(_, value)| value),
            Step::Index(index) => node.item(*index),
        };
        let Some(next) = next else { break };
        if next.is_shared() {
            return Err(Refused("the field comes from an anchor that serves other places too".to_owned()));
        }
        node = next;
        rest = below;
    }
    if rest.iter().any(|step| matches!(step, Step::Index(_))) {
        return Err(Refused("the list item is not there".to_owned()));
    }
    if !rest.is_empty() && !matches!(node.kind(), Kind::Map | Kind::Null) {
        return Err(Refused(format!("there is {} where a mapping is expected", node.kind().word())));
    }
    Ok((node, rest))
}
