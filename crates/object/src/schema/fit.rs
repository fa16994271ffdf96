//! Would the API server decode this value into the field it stands in?

use super::{Kind, Type, named};
use crate::{Kind as Value, Node, Object};

/// What a field of this kind takes, when the value is something else.
pub fn expected(node: Node<'_>, kind: Kind, value: Value) -> Option<&'static str> {
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
    inside(object.root(), kind)
}

fn below(node: Node<'_>, kind: Kind) -> Option<(Node<'_>, &'static str)> {
    let value = node.kind();
    if value == Value::Null {
        return None;
    }
    if let Some(expected) = expected(node, kind, value) {
        return Some((node, expected));
    }
    match kind {
        Kind::List(item) => node.items().find_map(|each| below(each, *item)),
        Kind::Map(item) => node.entries().find_map(|(_, value)| below(value, *item)),
        Kind::Struct(id) => inside(node, id.get()?),
        _ => None,
    }
}

fn inside<'a>(node: Node<'a>, holder: &Type) -> Option<(Node<'a>, &'static str)> {
    node.entries().find_map(|(key, value)| below(value, holder.field(key.text()?)?.kind))
}
