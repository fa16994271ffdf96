//! Would the server read this object into its Go type?
//!
//! What it gets back from a mutation it decodes again (`plugin/policy/mutating`): a value of the wrong type, a
//! number that its field cannot hold, and after a JSON Patch a field that nobody knows, are errors there. The
//! formats of times, base64 and durations are not looked at.

use serde_json::{Number, Value};

use super::{Shape, Size, Type, kind, named, quantity};

/// What keeps the server from reading an object at all.
pub(crate) fn decodes(object: &Value) -> Result<(), String> {
    match shape_of(object).and_then(|shape| misfit(object, &shape, &mut Vec::new())) {
        Some(misfit) => Err(format!("failed to decode object: {misfit}")),
        None => Ok(()),
    }
}

/// The same, and its words for fields that it does not know.
pub(crate) fn strict(object: &Value) -> Result<(), String> {
    decodes(object)?;
    let mut unknown = Vec::new();
    if let Some(shape) = shape_of(object) {
        find_unknown(object, &shape, "", &mut unknown);
    }
    if unknown.is_empty() { Ok(()) } else { Err(format!("strict decoding error: {}", unknown.join(", "))) }
}

fn shape_of(object: &Value) -> Option<Shape> {
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    kind(text("apiVersion"), text("kind"))
}

/// One step from the root to a value.
#[derive(Clone, Copy)]
enum Step<'v> {
    Key(&'v str),
    Item(usize),
}

/// The first value that does not fit, and what does.
fn misfit<'v>(value: &'v Value, shape: &Shape, path: &mut Vec<Step<'v>>) -> Option<String> {
    if value.is_null() {
        return None;
    }
    if let Some(wanted) = wanted(value, shape) {
        let got = match value {
            Value::Number(number) => number.to_string(),
            other => word(other).to_owned(),
        };
        return Some(format!("`{}` takes {wanted}, not {got}", shown(path)));
    }
    let mut below = |step: Step<'v>, value: &'v Value, shape: &Shape| {
        path.push(step);
        let found = misfit(value, shape, path);
        path.pop();
        found
    };
    match (shape, value) {
        (Shape::Named(name), value) => match (named(name)?, value) {
            (Type { shape: Shape::Struct(_), fields }, Value::Object(map)) => map
                .iter()
                .find_map(|(key, value)| below(Step::Key(key), value, &fields.get(key.as_str())?.shape)),
            (Type { shape, .. }, value) => misfit(value, shape, path),
        },
        (Shape::List(_, item), Value::Array(items)) => {
            items.iter().enumerate().find_map(|(at, value)| below(Step::Item(at), value, item))
        }
        // `FieldsV1` and the like: the schema does not know what stands in there.
        (Shape::Map(_, item), Value::Object(_)) if matches!(**item, Shape::List(_, ref i) if **i == Shape::Any) => {
            None
        }
        (Shape::Map(_, item), Value::Object(map)) => {
            map.iter().find_map(|(key, value)| below(Step::Key(key), value, item))
        }
        _ => None,
    }
}

/// What belongs where a value stands that does not fit by itself, whatever is in it.
fn wanted(value: &Value, shape: &Shape) -> Option<&'static str> {
    let (fits, wanted) = match shape {
        Shape::Named("Quantity") => (quantity::is_amount(value), "a quantity"),
        Shape::Named("IntOrString") => match value {
            Value::Number(number) => (holds(number, Size::Int32), "an int32 or a string"),
            value => (value.is_string(), "an int32 or a string"),
        },
        Shape::Named("Time" | "MicroTime") | Shape::String => (value.is_string(), "a string"),
        Shape::Numeric(size) => (value.as_number().is_some_and(|number| holds(number, *size)), size.word()),
        Shape::Boolean => (value.is_boolean(), "a boolean"),
        Shape::Untyped => (!value.is_array() && !value.is_object(), "a scalar"),
        Shape::List(..) => (value.is_array(), "a list"),
        Shape::Map(..) | Shape::Struct(_) => (value.is_object(), "a mapping"),
        Shape::Any | Shape::Named(_) => (true, ""),
    };
    (!fits).then_some(wanted)
}

/// Whether a whole number fits. `3.0` does: CEL makes doubles, and Go writes this one as `3`.
fn holds(number: &Number, size: Size) -> bool {
    let whole = number.as_i64().or_else(|| {
        // Below 2^53 nothing is lost.
        let float =
            number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0)?;
        format!("{float:.0}").parse().ok()
    });
    match size {
        Size::Any => true,
        Size::Int32 => whole.is_some_and(|whole| i32::try_from(whole).is_ok()),
        Size::Int64 => whole.is_some(),
    }
}

fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

fn shown(path: &[Step<'_>]) -> String {
    path.iter().fold(String::new(), |path, step| match step {
        Step::Key(key) if path.is_empty() => (*key).to_owned(),
        Step::Key(key) => format!("{path}.{key}"),
        Step::Item(at) => format!("{path}[{at}]"),
    })
}

fn find_unknown(value: &Value, shape: &Shape, path: &str, found: &mut Vec<String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (shape, value) {
        (Shape::Named(name), value) => match (named(name), value) {
            (Some(kind), Value::Object(map)) if matches!(kind.shape, Shape::Struct(_)) => {
                for (key, value) in map {
                    match kind.field(key) {
                        Some(field) => find_unknown(value, &field.shape, &below(key), found),
                        None => found.push(format!("unknown field \"{}\"", below(key))),
                    }
                }
            }
            (Some(kind), value) if !matches!(kind.shape, Shape::Struct(_)) => {
                find_unknown(value, &kind.shape, path, found);
            }
            _ => {}
        },
        (Shape::List(_, item), Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                find_unknown(value, item, &format!("{path}[{index}]"), found);
            }
        }
        (Shape::Map(_, item), Value::Object(map)) => {
            map.iter().for_each(|(key, value)| find_unknown(value, item, &below(key), found));
        }
        _ => {}
    }
}
