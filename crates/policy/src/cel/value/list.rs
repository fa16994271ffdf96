//! Lists: made by an evaluation, or looked up in an object as they are asked for.

use std::sync::Arc;

use object::Node;

use super::Value;
use crate::cel::Error;

/// A list.
#[derive(Clone, Debug)]
pub enum List<'a> {
    /// Made by an evaluation.
    Shared(Arc<Vec<Value<'a>>>),
    /// Of a manifest.
    Node(Node<'a>),
    /// Of a JSON value.
    Json(&'a [serde_json::Value]),
}

impl<'a> List<'a> {
    /// The number of elements.
    pub fn len(&self) -> usize {
        match self {
            Self::Shared(values) => values.len(),
            Self::Node(node) => node.len(),
            Self::Json(values) => values.len(),
        }
    }

    /// Whether it has no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An element.
    pub fn get(&self, index: usize) -> Option<Value<'a>> {
        match self {
            Self::Shared(values) => values.get(index).cloned(),
            Self::Node(node) => node.item(index).map(Value::from),
            Self::Json(values) => values.get(index).map(Value::from),
        }
    }

    /// Every element in order.
    pub fn iter(&self) -> std::vec::IntoIter<Value<'a>> {
        let values: Vec<Value<'a>> = match self {
            Self::Shared(values) => values.to_vec(),
            Self::Node(node) => node.items().map(Value::from).collect(),
            Self::Json(values) => values.iter().map(Value::from).collect(),
        };
        values.into_iter()
    }

    /// Whether a value is among the elements.
    pub(crate) fn contains(&self, wanted: &Value<'a>) -> bool {
        match self {
            Self::Shared(values) => values.iter().any(|value| super::equal(wanted, value)),
            other => other.iter().any(|value| super::equal(wanted, &value)),
        }
    }

    pub(crate) fn contains_all(&self, wanted: &Self) -> bool {
        wanted.iter().all(|value| self.contains(&value))
    }

    /// Both lists in one; the first one grows in place when no one else holds it.
    pub(crate) fn join(self, other: &Self) -> Self {
        if other.is_empty() {
            return self;
        }
        if self.is_empty() {
            return other.clone();
        }
        let mut values = match self {
            Self::Shared(values) => values,
            other => Arc::new(other.iter().collect()),
        };
        Arc::make_mut(&mut values).extend(other.iter());
        Self::Shared(values)
    }
}

impl<'a> IntoIterator for &List<'a> {
    type Item = Value<'a>;
    type IntoIter = std::vec::IntoIter<Value<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The index that a number stands for; `None` for one that no list has.
pub(super) fn position(index: &Value<'_>) -> Result<Option<usize>, Error> {
    Ok(match index {
        Value::Int(index) => usize::try_from(*index).ok(),
        Value::Uint(index) => usize::try_from(*index).ok(),
        Value::Double(index) if index.fract() == 0.0 => {
            super::arithmetic::double_to_uint(*index).map(|at| at as usize)
        }
        Value::Double(index) => {
            return Err(Error::new(format!(
                "unsupported index value {} in list",
                super::double_text(*index)
            )));
        }
        other => return Err(Error::new(format!("unsupported index type '{}' in list", other.type_name()))),
    })
}
