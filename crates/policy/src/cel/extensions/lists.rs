//! Lists: parts, order, repetition.

mod size;

use std::cmp::Ordering;

use object::v;

use size::{as_long, compared, distinguished, flattened, ranged, sliced, texts_compared};

use crate::cel::value::{List, compare, equal};
use crate::cel::{Error, Function, Implementation, Value, cost};

const fn function(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call).since(v(1, 34))
}

const fn sorting(id: &'static str, signature: &'static str) -> Function {
    function(id, signature, sort).overload_cost(compare_all_of_first).estimate(compared).unguarded()
}

const fn sorting_by(id: &'static str, signature: &'static str) -> Function {
    function(id, signature, sort_by_keys).overload_cost(compare_all_of_second).estimate(compared).unguarded()
}

#[rustfmt::skip]
pub(super) const LISTS: &[Function] = &[
    function("list_slice", "list(T)::slice(int, int) -> list(T)", slice).overload_cost(size_of_result).estimate(sliced),
    function("list_flatten", "list(list(T))::flatten() -> list(T)", flatten).overload_cost(flattening).estimate(flattened).unguarded(),
    function("list_flatten_int", "list(dyn)::flatten(int) -> list(dyn)", flatten).overload_cost(flattening).estimate(flattened).unguarded(),
    sorting("list_int_sort", "list(int)::sort() -> list(int)"),
    sorting("list_uint_sort", "list(uint)::sort() -> list(uint)"),
    sorting("list_double_sort", "list(double)::sort() -> list(double)"),
    sorting("list_bool_sort", "list(bool)::sort() -> list(bool)"),
    sorting("list_google.protobuf.Duration_sort", "list(duration)::sort() -> list(duration)"),
    sorting("list_google.protobuf.Timestamp_sort", "list(timestamp)::sort() -> list(timestamp)"),
    sorting("list_string_sort", "list(string)::sort() -> list(string)").estimate(texts_compared),
    sorting("list_bytes_sort", "list(bytes)::sort() -> list(bytes)").estimate(texts_compared),
    sorting_by("list_int_sortByAssociatedKeys", "list(T)::@sortByAssociatedKeys(list(int)) -> list(T)"),
    sorting_by("list_uint_sortByAssociatedKeys", "list(T)::@sortByAssociatedKeys(list(uint)) -> list(T)"),
    sorting_by("list_double_sortByAssociatedKeys", "list(T)::@sortByAssociatedKeys(list(double)) -> list(T)"),
    sorting_by("list_bool_sortByAssociatedKeys", "list(T)::@sortByAssociatedKeys(list(bool)) -> list(T)"),
    sorting_by("list_google.protobuf.Duration_sortByAssociatedKeys", "list(T)::@sortByAssociatedKeys(list(duration)) -> list(T)"),
    sorting_by("list_google.protobuf.Timestamp_sortByAssociatedKeys", "list(T)::@sortByAssociatedKeys(list(timestamp)) -> list(T)"),
    sorting_by("list_string_sortByAssociatedKeys", "list(T)::@sortByAssociatedKeys(list(string)) -> list(T)").estimate(texts_compared),
    sorting_by("list_bytes_sortByAssociatedKeys", "list(T)::@sortByAssociatedKeys(list(bytes)) -> list(T)").estimate(texts_compared),
    function("lists_range", "lists.range(int) -> list(int)", range).overload_cost(size_of_result).estimate(ranged),
    function("list_reverse", "list(T)::reverse() -> list(T)", reverse).overload_cost(size_of_result).estimate(as_long),
    function("list_distinct", "list(T)::distinct() -> list(T)", distinct).overload_cost(compare_all_of_first).estimate(distinguished),
];

/// Longest list that `lists.range` makes.
const LONGEST: i64 = 1_000_000;

#[allow(clippy::cast_precision_loss, clippy::cast_sign_loss)] // sizes are far below 2^53, and not negative
fn allocating(factor: f64, size: u64) -> u64 {
    let factor = if factor < 0.0 { 1.0 } else { factor };
    ((size as f64 * factor) as u64).saturating_add(1 + cost::LIST)
}

fn size_of_result(_: &[Value<'_>], result: Option<&Value<'_>>) -> u64 {
    allocating(1.0, result.map_or(1, Value::cost_size))
}

#[allow(clippy::cast_precision_loss)] // what the API server counts
fn flattening(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    let depth = match arguments.get(1) {
        Some(Value::Int(depth)) => *depth as f64,
        _ => 1.0,
    };
    allocating(depth, arguments.first().map_or(1, Value::cost_size))
}

fn compare_all(list: Option<&Value<'_>>) -> u64 {
    let Some(Value::List(list)) = list else { return 1 };
    let factor = match list.get(0) {
        Some(Value::String(_) | Value::Bytes(_)) => 2.1,
        _ => 2.0,
    };
    let size = list.len() as u64;
    allocating(factor, size.saturating_mul(size))
}

fn compare_all_of_first(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    compare_all(arguments.first())
}

fn compare_all_of_second(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    compare_all(arguments.get(1))
}

fn slice<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let [Value::List(list), Value::Int(start), Value::Int(end)] = arguments else {
        return Err(Error::no_such_overload());
    };
    let refuse = |why: String| Err(Error::new(format!("cannot slice({start}, {end}), {why}")));
    let (Ok(from), Ok(to)) = (usize::try_from(*start), usize::try_from(*end)) else {
        return refuse("negative indexes not supported".to_owned());
    };
    if from > to {
        return refuse("start index must be less than or equal to end index".to_owned());
    }
    if list.len() < to {
        return refuse(format!("list is length {}", list.len()));
    }
    Ok(Value::list((from..to).filter_map(|index| list.get(index)).collect()))
}

fn flatten<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let (list, depth) = match arguments {
        [Value::List(list)] => (list, 1),
        [Value::List(list), Value::Int(depth)] => (list, *depth),
        _ => return Err(Error::no_such_overload()),
    };
    if depth < 0 {
        return Err(Error::new("level must be non-negative"));
    }
    let mut flat = Vec::new();
    flatten_into(list, depth, &mut flat);
    Ok(Value::list(flat))
}

fn flatten_into<'a>(list: &List<'a>, depth: i64, out: &mut Vec<Value<'a>>) {
    for value in list.iter() {
        match value {
            Value::List(inner) if depth > 0 => flatten_into(&inner, depth - 1, out),
            other => out.push(other),
        }
    }
}

fn sort<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    match arguments {
        [Value::List(list)] => sorted(list, list),
        [other, ..] => Err(other.lacks("sort")),
        [] => Err(Error::no_such_overload()),
    }
}

fn sort_by_keys<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    match arguments {
        [Value::List(list), Value::List(keys)] => sorted(list, keys),
        [other, ..] => Err(other.lacks("@sortByAssociatedKeys")),
        [] => Err(Error::no_such_overload()),
    }
}

fn sorted<'a>(list: &List<'a>, keys: &List<'a>) -> Result<Value<'a>, Error> {
    if list.len() != keys.len() {
        return Err(Error::new(format!(
            "@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got {} and {} elements respectively",
            list.len(),
            keys.len()
        )));
    }
    let mut pairs: Vec<(Value<'a>, Value<'a>)> = keys.iter().zip(list.iter()).collect();
    if let Some((first, _)) = pairs.first() {
        if compare(first, first).is_err() && !matches!(first, Value::Double(_)) {
            return Err(Error::new("list elements must be comparable"));
        }
        let of = first.type_of();
        if pairs.iter().any(|(key, _)| key.type_of() != of) {
            return Err(Error::new("list elements must have the same type"));
        }
    }
    pairs.sort_by(|(a, _), (b, _)| compare(a, b).unwrap_or(Ordering::Equal));
    Ok(Value::list(pairs.into_iter().map(|(_, value)| value).collect()))
}

fn range<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let [Value::Int(size)] = arguments else { return Err(Error::no_such_overload()) };
    if *size < 0 {
        return Err(Error::new(format!("lists.range: size must be non-negative, got {size}")));
    }
    if *size > LONGEST {
        return Err(Error::new(format!("lists.range: size {size} exceeds maximum allowed ({LONGEST})")));
    }
    Ok(Value::list((0..*size).map(Value::Int).collect()))
}

fn reverse<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let [Value::List(list)] = arguments else { return Err(Error::no_such_overload()) };
    Ok(Value::list(list.iter().rev().collect()))
}

fn distinct<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let [Value::List(list)] = arguments else { return Err(Error::no_such_overload()) };
    let mut kept: Vec<Value<'a>> = Vec::new();
    for value in list.iter() {
        if !kept.iter().any(|known| equal(known, &value)) {
            kept.push(value);
        }
    }
    Ok(Value::list(kept))
}
