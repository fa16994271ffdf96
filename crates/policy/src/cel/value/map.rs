//! Maps: made by an evaluation, or looked up in an object as they are asked for.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

use object::Node;

use super::{Text, Value};
use crate::cel::Error;

/// A map.
#[derive(Clone, Debug)]
pub enum Map<'a> {
    /// Made by an evaluation.
    Shared(Arc<Entries<'a>>),
    /// Of a manifest.
    Node(Node<'a>),
    /// Of a JSON value.
    Json(&'a serde_json::Map<String, serde_json::Value>),
    /// Whose values are computed when they are asked for, such as the `variables` of a policy.
    Lazy(&'a dyn LazyFields),
}

/// Values that are computed when they are asked for.
pub trait LazyFields: Debug + Sync {
    /// The value of a name; `None` for an unknown one.
    fn get(&self, name: &str) -> Option<Result<Value<'_>, Error>>;
    /// Every name.
    fn names(&self) -> Vec<&str>;
}

/// Keys and values in the order they came, found by key in constant time once there are many.
#[derive(Clone, Debug, Default)]
pub struct Entries<'a> {
    entries: Vec<(Value<'a>, Value<'a>)>,
    index: HashMap<Key, usize>,
}

/// A key as it is looked up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Bool(bool),
    Int(i64),
    Uint(u64),
    /// By its bits, zero without a sign.
    Double(u64),
    Text(Box<str>),
}

/// Up to this many entries a look at each is quicker than an index.
const FEW: usize = 8;

impl<'a> Entries<'a> {
    /// Sets the value of a key.
    pub(crate) fn insert(&mut self, key: Value<'a>, value: Value<'a>) -> Result<(), Error> {
        let found = Key::of(&key).ok_or_else(|| unsupported(&key))?;
        if let Some(at) = self.position(&found) {
            if let Some(entry) = self.entries.get_mut(at) {
                entry.1 = value;
            }
            return Ok(());
        }
        self.entries.push((key, value));
        if self.entries.len() == FEW + 1 {
            self.index = self
                .entries
                .iter()
                .enumerate()
                .filter_map(|(at, (key, _))| Some((Key::of(key)?, at)))
                .collect();
        } else if self.entries.len() > FEW {
            self.index.insert(found, self.entries.len() - 1);
        }
        Ok(())
    }

    /// Takes a key out.
    pub(crate) fn remove(&mut self, key: &Value<'a>) {
        let Some(at) = Key::of(key).and_then(|key| self.position(&key)) else { return };
        let kept = std::mem::take(self).entries.into_iter().enumerate().filter(|(index, _)| *index != at);
        for (_, (key, value)) in kept {
            let _ = self.insert(key, value);
        }
    }

    fn position(&self, key: &Key) -> Option<usize> {
        if self.entries.len() > FEW {
            return self.index.get(key).copied();
        }
        self.entries.iter().position(|(known, _)| key.is(known))
    }

    fn get(&self, key: &Key) -> Option<&Value<'a>> {
        self.entries.get(self.position(key)?).map(|(_, value)| value)
    }
}

impl Key {
    fn of(value: &Value<'_>) -> Option<Self> {
        Some(match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Uint(value) => Self::Uint(*value),
            Value::Double(value) => Self::Double((value + 0.0).to_bits()),
            Value::String(text) => Self::Text((**text).into()),
            _ => return None,
        })
    }

    fn is(&self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Self::Bool(a), Value::Bool(b)) => a == b,
            (Self::Int(a), Value::Int(b)) => a == b,
            (Self::Uint(a), Value::Uint(b)) => a == b,
            (Self::Double(a), Value::Double(b)) => *a == (b + 0.0).to_bits(),
            (Self::Text(a), Value::String(b)) => **a == **b,
            _ => false,
        }
    }

    /// The keys that a value finds: a number finds its equal of another type too.
    fn candidates(value: &Value<'_>) -> Vec<Self> {
        let mut found: Vec<Self> = Self::of(value).into_iter().collect();
        match value {
            Value::Int(number) => found.extend(u64::try_from(*number).ok().map(Self::Uint)),
            Value::Uint(number) => found.extend(i64::try_from(*number).ok().map(Self::Int)),
            Value::Double(number) if number.fract() == 0.0 => {
                found.extend(super::arithmetic::double_to_int(*number).map(Self::Int));
                found.extend(super::arithmetic::double_to_uint(*number).map(Self::Uint));
            }
            _ => {}
        }
        found
    }
}

fn unsupported(key: &Value<'_>) -> Error {
    Error::new(format!("unsupported key type: {}", key.type_name()))
}

impl<'a> Map<'a> {
    /// A map that was made.
    pub(crate) fn of(entries: Entries<'a>) -> Self {
        Self::Shared(entries.into())
    }

    /// A map of keys and values.
    pub fn from_entries(entries: impl IntoIterator<Item = (Value<'a>, Value<'a>)>) -> Result<Self, Error> {
        let mut made = Entries::default();
        for (key, value) in entries {
            made.insert(key, value)?;
        }
        Ok(Self::of(made))
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        match self {
            Self::Shared(entries) => entries.entries.len(),
            Self::Node(node) => node.entries().count(),
            Self::Json(map) => map.len(),
            Self::Lazy(fields) => fields.names().len(),
        }
    }

    /// Whether it has no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key.
    pub fn get(&self, key: &Value<'a>) -> Result<Option<Value<'a>>, Error> {
        if let (Self::Shared(entries), false) = (self, matches!(key, Value::String(_))) {
            return Ok(Key::candidates(key).iter().find_map(|key| entries.get(key)).cloned());
        }
        match key {
            Value::String(text) => self.field(text),
            _ => Ok(None),
        }
    }

    /// The value of a key that is a string.
    pub fn field(&self, name: &str) -> Result<Option<Value<'a>>, Error> {
        Ok(match self {
            Self::Shared(entries) if entries.entries.len() > FEW => {
                entries.get(&Key::Text(name.into())).cloned()
            }
            Self::Shared(entries) => {
                let found = entries.entries.iter().find(|(key, _)| key.as_str() == Some(name));
                found.map(|(_, value)| value.clone())
            }
            Self::Node(node) => node.entry(name).map(|(_, value)| value.into()),
            Self::Json(map) => map.get(name).map(Value::from),
            Self::Lazy(fields) => return fields.get(name).transpose(),
        })
    }

    /// Every key in order.
    pub fn keys(&self) -> Vec<Value<'a>> {
        match self {
            Self::Shared(entries) => entries.entries.iter().map(|(key, _)| key.clone()).collect(),
            Self::Node(node) => node.entries().map(|(key, _)| Value::String(key_text(key))).collect(),
            Self::Json(map) => map.keys().map(|key| Value::borrowed(key)).collect(),
            Self::Lazy(fields) => fields.names().into_iter().map(Value::borrowed).collect(),
        }
    }

    /// Every key and value in order.
    pub fn entries(&self) -> Vec<(Value<'a>, Result<Value<'a>, Error>)> {
        match self {
            Self::Shared(entries) => {
                entries.entries.iter().map(|(key, value)| (key.clone(), Ok(value.clone()))).collect()
            }
            Self::Node(node) => {
                node.entries().map(|(key, value)| (Value::String(key_text(key)), Ok(value.into()))).collect()
            }
            Self::Json(map) => {
                map.iter().map(|(key, value)| (Value::borrowed(key), Ok(value.into()))).collect()
            }
            Self::Lazy(fields) => fields
                .names()
                .into_iter()
                .filter_map(|name| Some((Value::borrowed(name), fields.get(name)?)))
                .collect(),
        }
    }

    pub(super) fn first(&self) -> Option<(Value<'a>, Value<'a>)> {
        match self {
            Self::Shared(entries) => entries.entries.first().cloned(),
            Self::Node(node) => {
                node.entries().next().map(|(key, value)| (Value::String(key_text(key)), value.into()))
            }
            Self::Json(map) => map.iter().next().map(|(key, value)| (Value::borrowed(key), value.into())),
            Self::Lazy(_) => None,
        }
    }

    /// The map with one more entry; grows in place when no one else holds it.
    pub(crate) fn with(self, key: Value<'a>, value: Value<'a>) -> Result<Self, Error> {
        if self.get(&key)?.is_some() {
            return Err(Error::new(format!("insert failed: key {} already exists", key.as_go())));
        }
        let mut entries = match self {
            Self::Shared(entries) => entries,
            other => {
                let mut made = Entries::default();
                for (key, value) in other.entries() {
                    made.insert(key, value?)?;
                }
                made.into()
            }
        };
        Arc::make_mut(&mut entries).insert(key, value)?;
        Ok(Self::Shared(entries))
    }
}

fn key_text(key: Node<'_>) -> Text<'_> {
    match key.text() {
        Some(text) => Text::Borrowed(text),
        None => Text::Borrowed(""),
    }
}
