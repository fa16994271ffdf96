//! Sizes, and what strings are asked.

use crate::cel::{Error, Function, Value, cost, regex};

#[rustfmt::skip]
pub(super) const STRINGS: &[Function] = &[
    Function::new("size_bytes", "size(bytes) -> int", size).unguarded(),
    Function::new("bytes_size", "bytes::size() -> int", size).unguarded(),
    Function::new("size_list", "size(list(A)) -> int", size).unguarded(),
    Function::new("list_size", "list(A)::size() -> int", size).unguarded(),
    Function::new("size_map", "size(map(A, B)) -> int", size).unguarded(),
    Function::new("map_size", "map(A, B)::size() -> int", size).unguarded(),
    Function::new("size_string", "size(string) -> int", size).unguarded(),
    Function::new("string_size", "string::size() -> int", size).unguarded(),
    Function::new("contains_string", "string::contains(string) -> bool", contains).overload_cost(cost::search).unguarded(),
    Function::new("ends_with_string", "string::endsWith(string) -> bool", ends_with).overload_cost(cost::second).unguarded(),
    Function::new("starts_with_string", "string::startsWith(string) -> bool", starts_with).overload_cost(cost::second).unguarded(),
    Function::new("matches", "matches(string, string) -> bool", matches).overload_cost(cost::matching).unguarded(),
    Function::new("matches_string", "string::matches(string) -> bool", matches).overload_cost(cost::matching).unguarded(),
];

fn size<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let of = arguments.first().ok_or_else(Error::no_such_overload)?;
    let size = of.size().ok_or_else(|| of.lacks("size"))?;
    i64::try_from(size).map(Value::Int).map_err(|_| Error::new("integer overflow"))
}

fn two<'v>(arguments: &'v [Value<'_>]) -> Result<(&'v str, &'v str), Error> {
    match arguments {
        [Value::String(a), Value::String(b)] => Ok((a, b)),
        _ => Err(Error::no_such_overload()),
    }
}

fn contains<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    two(arguments).map(|(text, part)| Value::Bool(text.contains(part)))
}

fn ends_with<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    two(arguments).map(|(text, part)| Value::Bool(text.ends_with(part)))
}

fn starts_with<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    two(arguments).map(|(text, part)| Value::Bool(text.starts_with(part)))
}

fn matches<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let [text, pattern] = arguments else { return Err(Error::no_such_overload()) };
    let text = text.as_str().ok_or_else(Error::no_such_overload)?;
    regex::with(pattern, |pattern| Value::Bool(pattern.is_match(text)))
}
