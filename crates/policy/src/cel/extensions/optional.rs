//! Optional values.

use object::v;

use crate::cel::{Error, Function, Implementation, Value};

const fn function(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call).since(v(1, 28))
}

#[rustfmt::skip]
pub(super) const OPTIONAL: &[Function] = &[
    function("optional_of", "optional.of(V) -> optional(V)", of),
    function("optional_ofNonZeroValue", "optional.ofNonZeroValue(V) -> optional(V)", of_non_zero),
    function("optional_none", "optional.none() -> optional(V)", none),
    function("optional_value", "optional(V)::value() -> V", value),
    function("optional_hasValue", "optional(V)::hasValue() -> bool", has_value),
    function("optional_or_optional", "optional(V)::or(optional(V)) -> optional(V)", never),
    function("optional_orValue_value", "optional(V)::orValue(V) -> V", never),
    function("list_optindex_optional_int", "_[?_](list(V), int) -> optional(V)", never),
    function("optional_list_optindex_optional_int", "_[?_](optional(list(V)), int) -> optional(V)", never),
    function("map_optindex_optional_value", "_[?_](map(K, V), K) -> optional(V)", never),
    function("optional_map_optindex_optional_value", "_[?_](optional(map(K, V)), K) -> optional(V)", never),
    function("optional_list_index_int", "_[_](optional(list(V)), int) -> optional(V)", never),
    function("optional_map_index_value", "_[_](optional(map(K, V)), K) -> optional(V)", never),
    function("list_last", "list(V)::last() -> optional(V)", last),
    function("list_first", "list(V)::first() -> optional(V)", first),
    function("optional_unwrap", "optional.unwrap(list(optional(V))) -> list(V)", unwrap),
    function("optional_unwrapOpt", "list(optional(V))::unwrapOpt() -> list(V)", unwrap),
];

/// Stands in the table for steps that are no calls.
fn never<'a>(_: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Err(Error::no_such_overload())
}

fn of<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    arguments.first().cloned().map(Value::some).ok_or_else(Error::no_such_overload)
}

fn of_non_zero<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    match arguments {
        [value] if value.is_zero() => Ok(Value::Optional(None)),
        _ => of(arguments),
    }
}

#[allow(clippy::unnecessary_wraps)] // the type of every implementation
fn none<'a>(_: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::Optional(None))
}

fn value<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    match arguments {
        [Value::Optional(Some(value))] => Ok((**value).clone()),
        [Value::Optional(None)] => Err(Error::new("optional.none() dereference")),
        _ => Err(Error::no_such_overload()),
    }
}

fn has_value<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    match arguments {
        [Value::Optional(value)] => Ok(Value::Bool(value.is_some())),
        _ => Err(Error::no_such_overload()),
    }
}

fn element<'a>(arguments: &[Value<'a>], index: fn(usize) -> usize) -> Result<Value<'a>, Error> {
    match arguments {
        [Value::List(list)] if list.is_empty() => Ok(Value::Optional(None)),
        [Value::List(list)] => Ok(Value::Optional(list.get(index(list.len())).map(Into::into))),
        _ => Err(Error::no_such_overload()),
    }
}

fn first<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    element(arguments, |_| 0)
}

fn last<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    element(arguments, |length| length - 1)
}

fn unwrap<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let [Value::List(list)] = arguments else { return Err(Error::no_such_overload()) };
    let mut held = Vec::new();
    for value in list {
        match value {
            Value::Optional(value) => held.extend(value.map(|value| (*value).clone())),
            other => return Err(Error::new(format!("value {} is not optional", other.as_go()))),
        }
    }
    Ok(Value::list(held))
}
