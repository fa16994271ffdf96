//! What does a step cost? The figures of `cel-go`'s cost tracker and of the API server's `library/cost.go`.

use super::value::Value;

/// A name, a field or an element.
pub(super) const ATTRIBUTE: u64 = 1;
/// Making a list.
pub(super) const LIST: u64 = 10;
/// Making a map.
pub(super) const MAP: u64 = 30;
/// Making a message.
pub(super) const OBJECT: u64 = 40;

/// The most that one expression may cost at run time.
pub const PER_EXPRESSION: u64 = 1_000_000;
/// The most that the expressions of one policy may cost together.
pub const PER_POLICY: u64 = 10_000_000;
/// The most that the match conditions of one webhook or policy may cost together.
pub const PER_MATCH_CONDITIONS: u64 = 2_500_000;

/// A tenth for each character, rounded up.
pub(super) fn traversal(size: u64) -> u64 {
    fraction(size as f64, 0.1)
}

/// A quarter for each character of a regular expression, rounded up.
pub(super) fn pattern(size: u64) -> u64 {
    fraction(size as f64, 0.25)
}

#[allow(clippy::cast_sign_loss)] // sizes are not negative
fn fraction(size: f64, factor: f64) -> u64 {
    (size * factor).ceil() as u64
}

/// The size of a value, looking into an optional.
pub(super) fn actual_size(value: &Value<'_>) -> u64 {
    match value {
        Value::Optional(Some(held)) => actual_size(held),
        other => other.cost_size(),
    }
}

fn size_of(arguments: &[Value<'_>], index: usize) -> u64 {
    arguments.get(index).map_or(1, actual_size)
}

/// Looking through the first argument.
pub(super) fn first(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    traversal(size_of(arguments, 0))
}

/// Looking through the second argument.
pub(super) fn second(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    traversal(size_of(arguments, 1))
}

/// Looking at each element of the second argument.
pub(super) fn elements_of_second(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    size_of(arguments, 1)
}

/// Looking through the shorter of two arguments.
pub(super) fn shorter(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    traversal(size_of(arguments, 0).min(size_of(arguments, 1)))
}

/// Copying both arguments.
pub(super) fn both(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    traversal(size_of(arguments, 0) + size_of(arguments, 1))
}

/// Looking for the second argument in the first.
pub(super) fn search(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    traversal(size_of(arguments, 0)) * traversal(size_of(arguments, 1))
}

/// Matching the first argument against a regular expression.
pub(super) fn matching(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    traversal(size_of(arguments, 0) + 1) * pattern(size_of(arguments, 1))
}

/// Looking through the first argument, but not into an optional.
pub(super) fn own_size(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    traversal(arguments.first().map_or(1, Value::cost_size))
}

/// Going through the first argument twice.
pub(super) fn twice(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    fraction(arguments.first().map_or(1, Value::cost_size) as f64 * 2.0, 0.1)
}

/// Writing the result twice.
pub(super) fn result_twice(_: &[Value<'_>], result: Option<&Value<'_>>) -> u64 {
    fraction(result.map_or(1, |value| value.cost_size()) as f64 * 2.0, 0.1)
}

/// Going through everything that the first argument is made of.
pub(super) fn deep(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    arguments.first().map_or(0, deep_size)
}

#[allow(clippy::cast_sign_loss)] // lengths are not negative
fn deep_size(value: &Value<'_>) -> u64 {
    match value {
        Value::String(text) => (text.len() as f64 * 0.1) as u64,
        Value::Bytes(bytes) => (bytes.len() as f64 * 0.1) as u64,
        Value::List(list) => list.iter().map(|value| deep_size(&value)).sum(),
        Value::Map(map) => map
            .entries()
            .into_iter()
            .map(|(key, value)| deep_size(&key) + value.map_or(1, |value| deep_size(&value)))
            .sum(),
        _ => 1,
    }
}
