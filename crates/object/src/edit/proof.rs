//! Did the edit change what it was meant to change, and nothing else?
//!
//! Both texts are read again and compared as values: the old one with the changes made in the model
//! must equal the new one, document by document.

use std::collections::BTreeMap;
use std::sync::Arc;

use finding::{Action, Change, Step, Value};

use super::draft::NESTING;
use crate::Scalar;
use crate::tree::{Kind, Node, Tree};

/// A document as a value: what the API server would get.
#[derive(Clone, Debug, PartialEq)]
pub enum Model {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number, by its bits: not-a-number equals itself here.
    Float(u64),
    /// A string.
    Str(String),
    /// A list.
    List(Vec<Model>),
    /// A mapping; of two equal keys the last one counts.
    Map(BTreeMap<String, Model>),
}

/// Every document with the byte where its root starts.
pub fn models(trees: &[Arc<Tree>]) -> Vec<(u32, Model)> {
    trees.iter().map(|tree| (tree.root().span().start, Model::of(tree.root()))).collect()
}

/// Where two documents differ: the objects of a list that do, by their places in `items`, or the whole.
pub fn differences(one: &Model, other: &Model) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    compare(one, other, &mut Vec::new(), &mut found);
    found
}

fn compare(one: &Model, other: &Model, items: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
    if one == other {
        return;
    }
    match (one.list(), other.list()) {
        (Some(list), Some(others)) if items.len() < NESTING && one.is_around(other) => {
            for (index, (one, other)) in list.iter().zip(others).enumerate() {
                items.push(index);
                compare(one, other, items, found);
                items.pop();
            }
        }
        _ => found.push(items.clone()),
    }
}

impl Model {
    fn of(node: Node<'_>) -> Self {
        match (node.kind(), node.scalar()) {
            (Kind::Seq, _) => Self::List(node.items().map(Self::of).collect()),
            (Kind::Map, _) => Self::Map(
                node.entries().map(|(key, value)| (key.key_text().into_owned(), Self::of(value))).collect(),
            ),
            (_, Some(Scalar::Bool(value))) => Self::Bool(value),
            (_, Some(Scalar::Int(value))) => Self::Int(value),
            (_, Some(Scalar::Float(value))) => Self::Float(value.to_bits()),
            (_, Some(Scalar::Str(text))) => Self::Str(text.to_owned()),
            (_, Some(Scalar::Null) | None) => Self::Null,
        }
    }

    /// The objects of a list.
    fn list(&self) -> Option<&[Self]> {
        match self {
            Self::Map(entries) => match entries.get("items") {
                Some(Self::List(items)) => Some(items),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the two are lists of as many objects that differ in the objects only.
    fn is_around(&self, other: &Self) -> bool {
        let (Self::Map(one), Self::Map(two)) = (self, other) else { return false };
        let without =
            |entries: &'_ BTreeMap<String, Self>| entries.iter().filter(|(key, _)| *key != "items").count();
        self.list().map(<[Self]>::len) == other.list().map(<[Self]>::len)
            && without(one) == without(two)
            && one.iter().filter(|(key, _)| *key != "items").all(|(key, value)| two.get(key) == Some(value))
    }

    /// Makes a change in the model, as [`super::edits`] makes it in the text.
    pub fn change(&mut self, change: &Change) {
        self.change_at(&change.path, &change.action);
    }

    /// Whether nothing is left, so that what holds it goes too.
    fn change_at(&mut self, path: &[Step], action: &Action) -> bool {
        let Some((step, rest)) = path.split_first() else {
            self.change_here(action);
            return false;
        };
        if rest.is_empty() && matches!(action, Action::Remove | Action::Rename(_)) {
            return self.take(step, action);
        }
        let removing = matches!(action, Action::Remove | Action::Rename(_));
        match (&mut *self, step) {
            (Self::List(items), Step::Index(index)) => {
                let Some(item) = items.get_mut(*index) else { return false };
                item.change_at(rest, action);
                false
            }
            (Self::Map(entries), Step::Key(key)) => {
                if removing && !entries.contains_key(key) {
                    return false;
                }
                let empty = entries.entry(key.clone()).or_insert(Self::Null).change_at(rest, action);
                if empty && entries.len() > 1 {
                    entries.remove(key);
                    return false;
                }
                empty
            }
            (Self::Null, Step::Key(_)) if !removing => {
                *self = Self::Map(BTreeMap::new());
                self.change_at(path, action)
            }
            _ => false,
        }
    }

    fn change_here(&mut self, action: &Action) {
        match action {
            Action::Set(value) => *self = Self::from(value),
            Action::Append(value) => match self {
                Self::List(items) => items.push(Self::from(value)),
                _ => *self = Self::List(vec![Self::from(value)]),
            },
            Action::Remove | Action::Rename(_) => {}
        }
    }

    /// Removes or renames a direct child; true when it was the only one.
    fn take(&mut self, step: &Step, action: &Action) -> bool {
        match (self, step, action) {
            (Self::Map(entries), Step::Key(key), Action::Rename(name)) => {
                if let Some(value) = entries.remove(key) {
                    entries.insert(name.clone(), value);
                }
                false
            }
            (Self::Map(entries), Step::Key(key), _) => {
                let alone = entries.len() == 1 && entries.contains_key(key);
                if !alone {
                    entries.remove(key);
                }
                alone
            }
            (Self::List(items), Step::Index(index), _) => {
                let alone = items.len() == 1;
                if !alone && *index < items.len() {
                    items.remove(*index);
                }
                alone
            }
            _ => false,
        }
    }
}

impl From<&Value> for Model {
    fn from(value: &Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Str(text) => Self::Str(text.clone()),
            Value::List(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Map(entries) => {
                Self::Map(entries.iter().map(|(key, value)| (key.clone(), Self::from(value))).collect())
            }
        }
    }
}
