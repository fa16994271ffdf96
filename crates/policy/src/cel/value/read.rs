//! How does a value of an object read in the language? As the API server converts unstructured content.

use object::{Kind, Node};

use super::{List, Map, Value};

impl<'a> From<Node<'a>> for Value<'a> {
    fn from(node: Node<'a>) -> Self {
        match node.kind() {
            Kind::Null => Self::Null,
            Kind::Bool => Self::Bool(node.bool().unwrap_or_default()),
            Kind::Str => node.str().map_or(Self::Null, Self::borrowed),
            Kind::Seq => Self::List(List::Node(node)),
            Kind::Map => Self::Map(Map::Node(node)),
            Kind::Int | Kind::Float => number(node),
        }
    }
}

/// Whole numbers are `int`, however they are written: they pass through JSON before the API server sees them.
fn number(node: Node<'_>) -> Value<'static> {
    match (node.int(), node.scalar()) {
        (Some(value), _) => Value::Int(value),
        (None, Some(object::Scalar::Float(value))) => Value::Double(value),
        _ => Value::Null,
    }
}

impl<'a> From<&'a serde_json::Value> for Value<'a> {
    fn from(value: &'a serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::Number(number) => {
                number.as_i64().map_or_else(|| Self::Double(number.as_f64().unwrap_or_default()), Self::Int)
            }
            serde_json::Value::String(text) => Self::borrowed(text),
            serde_json::Value::Array(values) => Self::List(List::Json(values)),
            serde_json::Value::Object(map) => Self::Map(Map::Json(map)),
        }
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::text(value)
    }
}
