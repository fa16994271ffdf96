//! Would the API server decode this value into the field it stands in?

use super::{Kind, named};
use crate::{Kind as Value, Node, Object};

/// What a field of this kind takes, when the value is something else.
pub fn expected(node: Node<'_>, kind: &Kind) -> Option<&'static str> {
    let value = node.kind();
    let number = matches!(value, Value::Int | Value::Float);
    let (fits, expected) = match kind {
        Kind::String | Kind::Choice(_) | Kind::Time | Kind::Bytes => (value == Value::Str, "a string"),
        Kind::Bool => (value == Value::Bool, "a boolean"),
        Kind::Int32 | Kind::Int64 => (node.int().is_some(), "an integer"),
        Kind::Number => (number, "a number"),
        Kind::Quantity => (number || value == Value::Str, "a quantity"),
        Kind::IntOrString => (node.int().is_some() || value == Value::Str, "an integer or a string"),
        Kind::Any => (true, ""),
        Kind::List(_) => (value == Value::Seq, "a list"),
        Kind::Map(_) | Kind::Struct(_) => (value == Value::Map, "a mapping"),
    };
    (!fits).then_some(expected)
}

/// The first value of an object that the API server would not decode, and what belongs there; `None` for
/// kinds the table does not know.
pub fn misfit(object: &Object) -> Option<(Node<'_>, &'static str)> {
    let native = matches!(object.group(), "" | "apps" | "batch");
    let kind = named(object.kind()).filter(|_| native)?;
    below(object.root(), &Kind::Struct(kind.name))
}

fn below<'a>(node: Node<'a>, kind: &Kind) -> Option<(Node<'a>, &'static str)> {
    if node.kind() == Value::Null {
        return None;
    }
    if let Some(expected) = expected(node, kind) {
        return Some((node, expected));
    }
    match kind {
        Kind::List(item) => node.items().find_map(|item_node| below(item_node, item)),
        Kind::Map(item) => node.entries().find_map(|(_, value)| below(value, item)),
        Kind::Struct(name) => {
            let holder = named(name)?;
            node.entries().find_map(|(key, value)| below(value, &holder.field(key.text()?)?.kind))
        }
        _ => None,
    }
}
