//! A node of a document as a JSON value, for what has to be changed.

use object::{Kind, Node, Scalar};
use serde_json::{Map, Number, Value};

/// The value of a node and all below it. Of two equal keys the last one counts, as the API reads it.
pub fn of(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Map => {
            let entries = node.entries().map(|(key, value)| (key.key_text().into_owned(), of(value)));
            Value::Object(entries.collect::<Map<String, Value>>())
        }
        Kind::Seq => Value::Array(node.items().map(of).collect()),
        _ => scalar(node),
    }
}

fn scalar(node: Node<'_>) -> Value {
    match node.scalar() {
        None | Some(Scalar::Null) => Value::Null,
        Some(Scalar::Bool(value)) => Value::Bool(value),
        Some(Scalar::Int(value)) => Value::Number(value.into()),
        Some(Scalar::Float(value)) => {
            // Above i64 a whole number keeps its digits as long as it fits u64.
            let whole = node.text().and_then(|text| text.parse::<u64>().ok()).map(Number::from);
            whole.or_else(|| Number::from_f64(value)).map_or(Value::Null, Value::Number)
        }
        Some(Scalar::Str(text)) => Value::String(text.to_owned()),
    }
}
