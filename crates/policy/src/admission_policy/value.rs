//! What does a node say as JSON?

use object::{Kind, Node, Scalar};
use serde_json::{Map, Number, Value};

/// The node as the API reads it: of equal keys the last one counts.
pub fn of_node(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Map => {
            let entries = node.entries().map(|(key, value)| (key.key_text().into_owned(), of_node(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Kind::Seq => Value::Array(node.items().map(of_node).collect()),
        _ => match node.scalar() {
            None | Some(Scalar::Null) => Value::Null,
            Some(Scalar::Bool(value)) => Value::Bool(value),
            Some(Scalar::Int(value)) => value.into(),
            Some(Scalar::Float(value)) => match node.int() {
                Some(whole) => whole.into(),
                None => Number::from_f64(value).map_or(Value::Null, Value::Number),
            },
            Some(Scalar::Str(text)) => text.into(),
        },
    }
}
