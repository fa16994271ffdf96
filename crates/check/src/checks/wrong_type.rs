//! `wrong-type`: a value the API server would not decode.
use object::Kind as Value;
use object::schema::{Kind, expected};

use crate::fields::{self, Then};
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "wrong-type",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    profile: None,
    page: include_str!("wrong_type.md"),
    run: Run::Object(wrong_type),
};

fn wrong_type(object: &Object, out: &mut Findings<'_>) {
    fields::of_object(object, &mut |seen| {
        let (node, kind) = (seen.node, seen.kind);
        let value = node.kind();
        let Some(expected) = expected(node, kind).filter(|_| value != Value::Null) else {
            return Then::Inside;
        };
        let site = object.site(node, "");
        let message = format!("`{}` takes {expected}, not {}{}", site.field, value.word(), hint(node, kind));
        out.flag(site, message);
        Then::Past
    });
}

/// The two slips that explain most wrong types: quotes that are missing, and quotes that are too many.
fn hint(node: Node<'_>, kind: &Kind) -> &'static str {
    match (kind, node.kind()) {
        (Kind::String | Kind::Choice(_), Value::Bool | Value::Int | Value::Float) => ": put it in quotes",
        (Kind::Bool | Kind::Int32 | Kind::Int64, Value::Str) => ": take the quotes away",
        _ => "",
    }
}
