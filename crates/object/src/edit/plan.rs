//! Which changes belong into one splice?
//!
//! Several fields may be missing from the same mapping; each would make it anew. They are put together
//! first, so that the text gets one `securityContext` and not four.

use std::collections::HashMap;

use finding::{Action, Change, Step, Value};

use super::place::{self, Splice};
use super::{Refused, resolve};
use crate::tree::{Kind, Node, Tree};

/// What is added below one node that exists.
struct Addition<'t> {
    base: Node<'t>,
    entries: Vec<(String, Value)>,
}

/// The splices of all changes to one document.
pub(super) fn splices(tree: &Tree, changes: &[&Change]) -> Result<Vec<Splice>, Refused> {
    let json = is_json(tree);
    let mut additions = Additions::default();
    let mut found = Vec::new();
    for change in changes {
        let (node, rest) = resolve(tree, &change.path)?;
        match &change.action {
            Action::Set(value) if !rest.is_empty() => add(&mut additions, node, rest, value.clone())?,
            Action::Append(value) if !rest.is_empty() => {
                add(&mut additions, node, rest, Value::List(vec![value.clone()]))?;
            }
            Action::Remove | Action::Rename(_) if !rest.is_empty() => {}
            Action::Set(value) => found.push(place::replace(node, value, json)?),
            Action::Append(value) => found.push(place::append(node, value, json)?),
            Action::Remove => found.push(place::remove(tree, node)?),
            Action::Rename(name) => found.push(place::rename(node, name, json)?),
        }
    }
    for addition in &additions.list {
        found.push(place::insert(addition.base, &addition.entries, json)?);
    }
    found.dedup();
    Ok(found)
}

/// The additions in the order in which they came, one for each node.
#[derive(Default)]
struct Additions<'t> {
    list: Vec<Addition<'t>>,
    by_base: HashMap<u32, usize>,
}

fn add<'t>(
    additions: &mut Additions<'t>,
    base: Node<'t>,
    steps: &[Step],
    value: Value,
) -> Result<(), Refused> {
    let Additions { list, by_base } = additions;
    let index = *by_base.entry(base.id()).or_insert_with(|| {
        list.push(Addition { base, entries: Vec::new() });
        list.len() - 1
    });
    match list.get_mut(index) {
        Some(addition) => graft(&mut addition.entries, steps, value),
        None => Ok(()),
    }
}

/// Puts a value at the end of missing steps, sharing the steps that another value made already.
fn graft(entries: &mut Vec<(String, Value)>, steps: &[Step], value: Value) -> Result<(), Refused> {
    let Some((Step::Key(key), rest)) = steps.split_first() else {
        return Err(Refused("the list item is not there".to_owned()));
    };
    let at = match entries.iter().position(|(have, _)| have == key) {
        Some(at) => at,
        None if rest.is_empty() => {
            entries.push((key.clone(), value));
            return Ok(());
        }
        None => {
            entries.push((key.clone(), Value::Map(Vec::new())));
            entries.len() - 1
        }
    };
    match (entries.get_mut(at).map(|(_, have)| have), rest.is_empty()) {
        (Some(Value::Map(below)), false) => graft(below, rest, value),
        (Some(Value::List(have)), true) => {
            // Two appends to one missing list make one list.
            let Value::List(more) = value else { return Err(conflict(key)) };
            have.extend(more.into_iter().filter(|item| !have.contains(item)).collect::<Vec<_>>());
            Ok(())
        }
        (Some(have), true) if *have == value => Ok(()),
        _ => Err(conflict(key)),
    }
}

fn conflict(key: &str) -> Refused {
    Refused(format!("two fixes want different values for `{key}`"))
}

/// Whether the document is written as JSON: keys in double quotes inside braces.
fn is_json(tree: &Tree) -> bool {
    let root = tree.root();
    let first_key = root.entries().next().map(|(key, _)| key);
    root.kind() == Kind::Map
        && place::is_flow(root)
        && first_key.is_some_and(|key| key.source().slice(key.span()).starts_with('"'))
}
