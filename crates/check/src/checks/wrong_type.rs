//! `wrong-type`: a value the API server would not decode.
use object::Kind as Value;
use object::schema::Kind;

use crate::fields::{Fields, Then};
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "wrong-type",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("wrong_type.md"),
    run: Run::Fields(wrong_type),
};

fn wrong_type(object: &Object, fields: &Fields<'_, '_>, out: &mut Findings<'_>) {
    fields.each(|seen| {
        let (node, kind) = (seen.node, seen.kind);
        let value = node.kind();
        let Some(expected) = expected(node, kind, value).filter(|_| value != Value::Null) else {
            return Then::Inside;
        };
        let site = object.site(node, "");
        let message = format!("`{}` takes {expected}, not {}{}", site.field, value.word(), hint(value, kind));
        out.flag(site, message);
        Then::Past
    });
}

/// What the field takes, when the value is something else.
fn expected(node: Node<'_>, kind: Kind, value: Value) -> Option<&'static str> {
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

/// The two slips that explain most wrong types: quotes that are missing, and quotes that are too many.
fn hint(value: Value, kind: Kind) -> &'static str {
    match (kind, value) {
        (Kind::String | Kind::Choice(_), Value::Bool | Value::Int | Value::Float) => ": put it in quotes",
        (Kind::Bool | Kind::Int32 | Kind::Int64, Value::Str) => ": take the quotes away",
        _ => "",
    }
}
