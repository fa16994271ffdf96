//! `[1, 2].sum()`, `isSorted`, `min`, `max`, `indexOf`, `lastIndexOf`, and since 1.37 `includes`.

use std::cmp::Ordering;

use object::v;

use super::cost;
use crate::cel::value::{Operator, compare, equal};
use crate::cel::{Duration, Error, Function, Implementation, List, Value};

/// The overloads of one function for a list of each type.
macro_rules! each {
    ($call:expr, $name:literal, $($of:literal => $id:literal: $result:literal),*) => {
        [$(list($id, concat!("list(", $of, ")::", $name, "() -> ", $result), $call)),*]
    };
}

pub(super) const IS_SORTED: &[Function] = &each!(is_sorted, "isSorted",
    "int" => "list_int_is_sorted_bool": "bool", "uint" => "list_uint_is_sorted_bool": "bool",
    "double" => "list_double_is_sorted_bool": "bool", "bool" => "list_bool_is_sorted_bool": "bool",
    "duration" => "list_duration_is_sorted_bool": "bool", "timestamp" => "list_timestamp_is_sorted_bool": "bool",
    "string" => "list_string_is_sorted_bool": "bool", "bytes" => "list_bytes_is_sorted_bool": "bool");

pub(super) const MIN: &[Function] = &each!(|a| extreme(a, "min", Ordering::Greater), "min",
    "int" => "list_int_min_int": "int", "uint" => "list_uint_min_uint": "uint",
    "double" => "list_double_min_double": "double", "bool" => "list_bool_min_bool": "bool",
    "duration" => "list_duration_min_duration": "duration", "timestamp" => "list_timestamp_min_timestamp": "timestamp",
    "string" => "list_string_min_string": "string", "bytes" => "list_bytes_min_bytes": "bytes");

pub(super) const MAX: &[Function] = &each!(|a| extreme(a, "max", Ordering::Less), "max",
    "int" => "list_int_max_int": "int", "uint" => "list_uint_max_uint": "uint",
    "double" => "list_double_max_double": "double", "bool" => "list_bool_max_bool": "bool",
    "duration" => "list_duration_max_duration": "duration", "timestamp" => "list_timestamp_max_timestamp": "timestamp",
    "string" => "list_string_max_string": "string", "bytes" => "list_bytes_max_bytes": "bytes");

pub(super) const OTHERS: &[Function] = &[
    list("list_int_sum_int", "list(int)::sum() -> int", |a| sum(a, Value::Int(0))),
    list("list_uint_sum_uint", "list(uint)::sum() -> uint", |a| sum(a, Value::Uint(0))),
    list("list_double_sum_double", "list(double)::sum() -> double", |a| sum(a, Value::Double(0.0))),
    list("list_duration_sum_duration", "list(duration)::sum() -> duration", |a| {
        sum(a, Value::Duration(Duration { nanoseconds: 0 }))
    }),
    list("list_a_index_of_int", "list(A)::indexOf(A) -> int", |a| place(a, |list, is| list.position(is))),
    list("list_a_last_index_of_int", "list(A)::lastIndexOf(A) -> int", |a| {
        place(a, |list, is| list.rposition(is))
    }),
    Function::new("list_includes_dyn_dyn", "dyn::includes(dyn) -> bool", includes)
        .since(v(1, 37))
        .cost(cost::deep)
        .estimate(cost::estimate::includes),
];

const fn list(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call).cost(cost::deep).estimate(cost::estimate::elements)
}

fn elements<'a>(arguments: &[Value<'a>]) -> Result<List<'a>, Error> {
    match arguments.first() {
        Some(Value::List(list)) => Ok(list.clone()),
        _ => Err(Error::no_such_overload()),
    }
}

fn is_sorted<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let mut last: Option<Value<'a>> = None;
    for next in elements(arguments)?.iter() {
        check_order(&next)?;
        if last.is_some_and(|last| order(&last, &next) == Some(Ordering::Greater)) {
            return Ok(Value::Bool(false));
        }
        last = Some(next);
    }
    Ok(Value::Bool(true))
}

/// The element before which no other comes, the first of equal ones.
fn extreme<'a>(arguments: &[Value<'a>], name: &str, worse: Ordering) -> Result<Value<'a>, Error> {
    let mut best: Option<Value<'a>> = None;
    for next in elements(arguments)?.iter() {
        check_order(&next)?;
        if best.as_ref().is_none_or(|best| order(best, &next) == Some(worse)) {
            best = Some(next);
        }
    }
    best.ok_or_else(|| Error::new(format!("{name} called on empty list")))
}

/// The order of two values; upstream passes over two that cannot be compared.
fn order(a: &Value<'_>, b: &Value<'_>) -> Option<Ordering> {
    compare(a, b).ok()
}

/// Refuses values of types that know no order at all.
fn check_order(value: &Value<'_>) -> Result<(), Error> {
    compare(value, value).map(|_| ()).or_else(|error| match value {
        Value::Double(_) => Ok(()), // not a number, and so not even equal to itself
        _ => Err(error),
    })
}

fn sum<'a>(arguments: &[Value<'a>], zero: Value<'a>) -> Result<Value<'a>, Error> {
    elements(arguments)?.iter().try_fold(zero, |sum, next| sum.calculate(Operator::Add, &next))
}

type Elements<'a> = std::vec::IntoIter<Value<'a>>;

fn place<'a>(
    arguments: &[Value<'a>],
    search: fn(&mut Elements<'a>, &dyn Fn(Value<'a>) -> bool) -> Option<usize>,
) -> Result<Value<'a>, Error> {
    let sought = arguments.get(1).ok_or_else(Error::no_such_overload)?;
    let found = search(&mut elements(arguments)?.iter(), &|value| equal(&value, sought));
    Ok(Value::Int(found.and_then(|index| i64::try_from(index).ok()).unwrap_or(-1)))
}

fn includes<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let [within, sought] = arguments else { return Err(Error::no_such_overload()) };
    Ok(Value::Bool(match within {
        Value::List(list) => list.iter().any(|value| equal(&value, sought)),
        other => equal(other, sought),
    }))
}
