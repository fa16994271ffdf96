//! How does the API server hold an object, and how does it merge two?
//!
//! The server decodes into Go types: unknown fields fall away, a few fields are there even when nobody
//! wrote them, zero values mostly vanish, quantities get one spelling. CEL sees the outcome. The table
//! `served/served.txt` (made by `e2e/served` from client-go's apply schema and the Go types) knows the
//! built-in kinds of version v1 and v2; other kinds stay as they are written.

mod default;
pub(crate) mod fit;
pub(crate) mod merge;
mod quantity;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

static TABLE: LazyLock<Table> = LazyLock::new(|| parse(include_str!("served/served.txt")));

/// The types and the kinds they stand for.
#[derive(Default)]
pub(crate) struct Table {
    types: BTreeMap<&'static str, Type>,
    kinds: BTreeMap<(&'static str, &'static str), &'static str>,
}

/// A type of the table.
pub(crate) struct Type {
    pub(crate) shape: Shape,
    fields: BTreeMap<&'static str, Field>,
}

pub(crate) struct Field {
    pub(crate) shape: Shape,
    /// The value that a missing key field of a list stands for.
    pub(crate) key_default: Option<Value>,
    absent: Absent,
}

/// What the server shows of a field that has its zero value.
enum Absent {
    /// What was written: the field tells zero from nothing.
    AsWritten,
    /// This value, written or not.
    Present(Value),
    /// Nothing, written or not.
    Gone,
}

/// What a value looks like and how two of them merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    String,
    Numeric(Size),
    Boolean,
    /// Any scalar.
    Untyped,
    /// Anything.
    Any,
    List(How, Box<Self>),
    /// Free keys.
    Map(Granularity, Box<Self>),
    /// The fields of a type.
    Struct(Granularity),
    Named(&'static str),
}

/// Which numbers a field can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Any,
    Int32,
    Int64,
}

impl Size {
    const fn word(self) -> &'static str {
        match self {
            Self::Any => "a number",
            Self::Int32 => "an int32",
            Self::Int64 => "an int64",
        }
    }
}

/// How the items of a list are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Atomic,
    Set,
    Keys(Vec<&'static str>),
}

/// Whether a mapping is merged or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Granularity {
    Granular,
    Atomic,
}

impl Type {
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.get(name)
    }
}

/// The type of a kind; none for kinds that are not built in.
pub(crate) fn kind(api_version: &str, kind: &str) -> Option<Shape> {
    let found = TABLE.kinds.iter().find(|((v, k), _)| *v == api_version && *k == kind);
    found.map(|(_, name)| Shape::Named(name))
}

/// The type of that name.
pub(crate) fn named(name: &str) -> Option<&'static Type> {
    TABLE.types.get(name)
}

/// The object as the server holds it once it has read and defaulted it.
pub fn as_served(object: Value) -> Value {
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (api_version, name) = (text("apiVersion"), text("kind"));
    let Some(shape) = kind(&api_version, &name) else { return object };
    let mut object = typed(object, &shape);
    default::fill(&mut object, &api_version, &name);
    typed(object, &shape)
}

/// The value after its way through the Go type.
fn typed(value: Value, shape: &Shape) -> Value {
    match (shape, value) {
        (Shape::Named("Quantity"), value) => quantity::canonical(value),
        (Shape::Named(name), value) => match named(name) {
            Some(kind) if matches!(kind.shape, Shape::Struct(_)) => match value {
                Value::Object(map) => Value::Object(fields(map, kind)),
                other => other,
            },
            Some(kind) => typed(value, &kind.shape),
            None => value,
        },
        (Shape::List(_, item), Value::Array(items)) => {
            Value::Array(items.into_iter().map(|value| typed(value, item)).collect())
        }
        (Shape::Map(_, item), Value::Object(map)) => {
            Value::Object(map.into_iter().map(|(key, value)| (key, typed(value, item))).collect())
        }
        (_, value) => value,
    }
}

fn fields(mut map: Map<String, Value>, kind: &Type) -> Map<String, Value> {
    let mut seen = Map::new();
    for (name, field) in &kind.fields {
        let value =
            map.remove(*name).filter(|value| !value.is_null()).map(|value| typed(value, &field.shape));
        let shown = match (&field.absent, value) {
            (Absent::Gone, Some(value)) if is_zero(&value) => None,
            (Absent::Present(zero), None) => Some(typed(zero.clone(), &field.shape)),
            (_, value) => value,
        };
        seen.extend(shown.map(|value| ((*name).to_owned(), value)));
    }
    seen
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
    }
}

/// Reads the table; a line that is not understood is left out, and a test sees to it that there is none.
fn parse(text: &'static str) -> Table {
    let mut table = Table::default();
    let mut current = "";
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_ascii_whitespace();
        let Some(first) = words.next() else { continue };
        if let Some(field) = line.strip_prefix(' ') {
            if let (Some(kind), Some((name, field))) = (table.types.get_mut(current), read_field(field)) {
                kind.fields.insert(name, field);
            }
            continue;
        }
        current = first;
        let mut shape = Shape::Struct(Granularity::Granular);
        for word in words {
            match word {
                "~" => shape = Shape::Struct(Granularity::Atomic),
                version if is_version(version) => {
                    let kind = first.rsplit('.').next().unwrap_or(first);
                    table.kinds.insert((version, kind), first);
                }
                word => shape = read_shape(word),
            }
        }
        table.types.insert(first, Type { shape, fields: BTreeMap::new() });
    }
    table
}

fn is_version(word: &str) -> bool {
    matches!(word.rsplit('/').next(), Some("v1" | "v2"))
}

fn read_field(line: &'static str) -> Option<(&'static str, Field)> {
    let mut words = line.split_ascii_whitespace();
    let name = words.next()?;
    let mut field = Field { shape: read_shape(words.next()?), key_default: None, absent: Absent::AsWritten };
    for word in words {
        if let Some(value) = word.strip_prefix('=') {
            field.key_default = serde_json::from_str(value).ok();
        } else if let Some(value) = word.strip_prefix('!') {
            field.absent = Absent::Present(serde_json::from_str(value).ok()?);
        } else if word == "?" {
            field.absent = Absent::Gone;
        }
    }
    Some((name, field))
}

fn read_shape(word: &'static str) -> Shape {
    if let Some((how, item)) = word.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let how = match how {
            "atomic" => How::Atomic,
            "set" => How::Set,
            keys => How::Keys(keys.split(',').collect()),
        };
        return Shape::List(how, Box::new(read_shape(item)));
    }
    if let Some(item) = word.strip_prefix("{}") {
        return Shape::Map(Granularity::Granular, Box::new(read_shape(item)));
    }
    if let Some(item) = word.strip_prefix("~{}") {
        return Shape::Map(Granularity::Atomic, Box::new(read_shape(item)));
    }
    match word {
        "string" => Shape::String,
        "numeric" => Shape::Numeric(Size::Any),
        "int32" => Shape::Numeric(Size::Int32),
        "int64" => Shape::Numeric(Size::Int64),
        "boolean" => Shape::Boolean,
        "untyped" => Shape::Untyped,
        "any" => Shape::Any,
        name => Shape::Named(name),
    }
}

#[cfg(test)]
mod tests;
