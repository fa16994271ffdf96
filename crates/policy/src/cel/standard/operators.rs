//! Which operators compare and calculate?

use std::cmp::Ordering;

use crate::cel::value::{Operator, compare};
use crate::cel::{Error, Function, Value, cost};

const fn operator(id: &'static str, signature: &'static str, call: crate::cel::Implementation) -> Function {
    Function::new(id, signature, call).unguarded()
}

#[rustfmt::skip]
pub(super) const OPERATORS: &[Function] = &[
    operator("conditional", "_?_:_(bool, A, A) -> A", never),
    operator("logical_and", "_&&_(bool, bool) -> bool", never),
    operator("logical_or", "_||_(bool, bool) -> bool", never),
    operator("equals", "_==_(A, A) -> bool", never),
    operator("not_equals", "_!=_(A, A) -> bool", never),
    operator("logical_not", "!_(bool) -> bool", not),
    operator("not_strictly_false", "@not_strictly_false(bool) -> bool", never),
    operator("add_bytes", "_+_(bytes, bytes) -> bytes", add).overload_cost(cost::both),
    operator("add_double", "_+_(double, double) -> double", add),
    operator("add_duration_duration", "_+_(duration, duration) -> duration", add),
    operator("add_duration_timestamp", "_+_(duration, timestamp) -> timestamp", add),
    operator("add_timestamp_duration", "_+_(timestamp, duration) -> timestamp", add),
    operator("add_int64", "_+_(int, int) -> int", add),
    operator("add_list", "_+_(list(A), list(A)) -> list(A)", add),
    operator("add_string", "_+_(string, string) -> string", add).overload_cost(cost::both),
    operator("add_uint64", "_+_(uint, uint) -> uint", add),
    operator("divide_double", "_/_(double, double) -> double", divide),
    operator("divide_int64", "_/_(int, int) -> int", divide),
    operator("divide_uint64", "_/_(uint, uint) -> uint", divide),
    operator("modulo_int64", "_%_(int, int) -> int", modulo),
    operator("modulo_uint64", "_%_(uint, uint) -> uint", modulo),
    operator("multiply_double", "_*_(double, double) -> double", multiply),
    operator("multiply_int64", "_*_(int, int) -> int", multiply),
    operator("multiply_uint64", "_*_(uint, uint) -> uint", multiply),
    operator("negate_double", "-_(double) -> double", negate),
    operator("negate_int64", "-_(int) -> int", negate),
    operator("subtract_double", "_-_(double, double) -> double", subtract),
    operator("subtract_duration_duration", "_-_(duration, duration) -> duration", subtract),
    operator("subtract_int64", "_-_(int, int) -> int", subtract),
    operator("subtract_timestamp_duration", "_-_(timestamp, duration) -> timestamp", subtract),
    operator("subtract_timestamp_timestamp", "_-_(timestamp, timestamp) -> duration", subtract),
    operator("subtract_uint64", "_-_(uint, uint) -> uint", subtract),
    operator("less_bool", "_<_(bool, bool) -> bool", less),
    operator("less_int64", "_<_(int, int) -> bool", less),
    operator("less_int64_double", "_<_(int, double) -> bool", less),
    operator("less_int64_uint64", "_<_(int, uint) -> bool", less),
    operator("less_uint64", "_<_(uint, uint) -> bool", less),
    operator("less_uint64_double", "_<_(uint, double) -> bool", less),
    operator("less_uint64_int64", "_<_(uint, int) -> bool", less),
    operator("less_double", "_<_(double, double) -> bool", less),
    operator("less_double_int64", "_<_(double, int) -> bool", less),
    operator("less_double_uint64", "_<_(double, uint) -> bool", less),
    operator("less_string", "_<_(string, string) -> bool", less).overload_cost(cost::shorter),
    operator("less_bytes", "_<_(bytes, bytes) -> bool", less).overload_cost(cost::shorter),
    operator("less_timestamp", "_<_(timestamp, timestamp) -> bool", less),
    operator("less_duration", "_<_(duration, duration) -> bool", less),
    operator("less_equals_bool", "_<=_(bool, bool) -> bool", less_equals),
    operator("less_equals_int64", "_<=_(int, int) -> bool", less_equals),
    operator("less_equals_int64_double", "_<=_(int, double) -> bool", less_equals),
    operator("less_equals_int64_uint64", "_<=_(int, uint) -> bool", less_equals),
    operator("less_equals_uint64", "_<=_(uint, uint) -> bool", less_equals),
    operator("less_equals_uint64_double", "_<=_(uint, double) -> bool", less_equals),
    operator("less_equals_uint64_int64", "_<=_(uint, int) -> bool", less_equals),
    operator("less_equals_double", "_<=_(double, double) -> bool", less_equals),
    operator("less_equals_double_int64", "_<=_(double, int) -> bool", less_equals),
    operator("less_equals_double_uint64", "_<=_(double, uint) -> bool", less_equals),
    operator("less_equals_string", "_<=_(string, string) -> bool", less_equals).overload_cost(cost::shorter),
    operator("less_equals_bytes", "_<=_(bytes, bytes) -> bool", less_equals).overload_cost(cost::shorter),
    operator("less_equals_timestamp", "_<=_(timestamp, timestamp) -> bool", less_equals),
    operator("less_equals_duration", "_<=_(duration, duration) -> bool", less_equals),
    operator("greater_bool", "_>_(bool, bool) -> bool", greater),
    operator("greater_int64", "_>_(int, int) -> bool", greater),
    operator("greater_int64_double", "_>_(int, double) -> bool", greater),
    operator("greater_int64_uint64", "_>_(int, uint) -> bool", greater),
    operator("greater_uint64", "_>_(uint, uint) -> bool", greater),
    operator("greater_uint64_double", "_>_(uint, double) -> bool", greater),
    operator("greater_uint64_int64", "_>_(uint, int) -> bool", greater),
    operator("greater_double", "_>_(double, double) -> bool", greater),
    operator("greater_double_int64", "_>_(double, int) -> bool", greater),
    operator("greater_double_uint64", "_>_(double, uint) -> bool", greater),
    operator("greater_string", "_>_(string, string) -> bool", greater).overload_cost(cost::shorter),
    operator("greater_bytes", "_>_(bytes, bytes) -> bool", greater).overload_cost(cost::shorter),
    operator("greater_timestamp", "_>_(timestamp, timestamp) -> bool", greater),
    operator("greater_duration", "_>_(duration, duration) -> bool", greater),
    operator("greater_equals_bool", "_>=_(bool, bool) -> bool", greater_equals),
    operator("greater_equals_int64", "_>=_(int, int) -> bool", greater_equals),
    operator("greater_equals_int64_double", "_>=_(int, double) -> bool", greater_equals),
    operator("greater_equals_int64_uint64", "_>=_(int, uint) -> bool", greater_equals),
    operator("greater_equals_uint64", "_>=_(uint, uint) -> bool", greater_equals),
    operator("greater_equals_uint64_double", "_>=_(uint, double) -> bool", greater_equals),
    operator("greater_equals_uint64_int64", "_>=_(uint, int) -> bool", greater_equals),
    operator("greater_equals_double", "_>=_(double, double) -> bool", greater_equals),
    operator("greater_equals_double_int64", "_>=_(double, int) -> bool", greater_equals),
    operator("greater_equals_double_uint64", "_>=_(double, uint) -> bool", greater_equals),
    operator("greater_equals_string", "_>=_(string, string) -> bool", greater_equals).overload_cost(cost::shorter),
    operator("greater_equals_bytes", "_>=_(bytes, bytes) -> bool", greater_equals).overload_cost(cost::shorter),
    operator("greater_equals_timestamp", "_>=_(timestamp, timestamp) -> bool", greater_equals),
    operator("greater_equals_duration", "_>=_(duration, duration) -> bool", greater_equals),
    operator("index_list", "_[_](list(A), int) -> A", never),
    operator("index_map", "_[_](map(A, B), A) -> B", never),
    operator("in_list", "@in(A, list(A)) -> bool", contained).overload_cost(cost::elements_of_second),
    operator("in_map", "@in(A, map(A, B)) -> bool", contained),
];

/// Stands in the table for steps that are no calls.
fn never<'a>(_: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Err(Error::no_such_overload())
}

fn not<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    match arguments {
        [Value::Bool(value)] => Ok(Value::Bool(!value)),
        _ => Err(Error::no_such_overload()),
    }
}

fn negate<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    arguments.first().ok_or_else(Error::no_such_overload)?.negate()
}

fn calculate<'a>(arguments: &[Value<'a>], operator: Operator) -> Result<Value<'a>, Error> {
    match arguments {
        [left, right] => left.calculate(operator, right),
        _ => Err(Error::no_such_overload()),
    }
}

fn add<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    calculate(arguments, Operator::Add)
}

fn subtract<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    calculate(arguments, Operator::Subtract)
}

fn multiply<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    calculate(arguments, Operator::Multiply)
}

fn divide<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    calculate(arguments, Operator::Divide)
}

fn modulo<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    calculate(arguments, Operator::Modulo)
}

fn ordered<'a>(
    arguments: &[Value<'a>],
    operator: &str,
    wanted: fn(Ordering) -> bool,
) -> Result<Value<'a>, Error> {
    match arguments {
        [left, _] if !left.is_ordered() => Err(left.lacks(operator)),
        [left, right] => compare(left, right).map(|found| Value::Bool(wanted(found))),
        _ => Err(Error::no_such_overload()),
    }
}

fn less<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    ordered(arguments, "_<_", Ordering::is_lt)
}

fn less_equals<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    ordered(arguments, "_<=_", Ordering::is_le)
}

fn greater<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    ordered(arguments, "_>_", Ordering::is_gt)
}

fn greater_equals<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    ordered(arguments, "_>=_", Ordering::is_ge)
}

/// `in`: an element of a list, or a key of a map.
fn contained<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    match arguments {
        [wanted, Value::List(list)] => Ok(Value::Bool(list.contains(wanted))),
        [wanted, Value::Map(map)] => Ok(Value::Bool(map.get(wanted)?.is_some())),
        _ => Err(Error::no_such_overload()),
    }
}
