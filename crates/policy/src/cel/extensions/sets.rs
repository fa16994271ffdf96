//! Lists as sets.

use object::v;

use crate::cel::value::List;
use crate::cel::{Argument, CallEstimate, Error, Function, Implementation, Value, cost, estimate};

const fn function(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call).since(v(1, 29)).overload_cost(product).estimate(once)
}

#[rustfmt::skip]
pub(super) const SETS: &[Function] = &[
    function("list_sets_contains_list", "sets.contains(list(T), list(T)) -> bool", contains),
    function("list_sets_equivalent_list", "sets.equivalent(list(T), list(T)) -> bool", equivalent)
        .overload_cost(twice_product)
        .estimate(both_ways),
    function("list_sets_intersects_list", "sets.intersects(list(T), list(T)) -> bool", intersects),
];

fn once(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    estimate::search_through(arguments, 1.0)
}

fn both_ways(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    estimate::search_through(arguments, 2.0)
}

fn sizes(arguments: &[Value<'_>]) -> u64 {
    let size = |index: usize| arguments.get(index).map_or(1, cost::actual_size);
    size(0).saturating_mul(size(1))
}

fn product(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    sizes(arguments).saturating_add(1)
}

fn twice_product(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    sizes(arguments).saturating_mul(2).saturating_add(1)
}

fn two<'v, 'a>(arguments: &'v [Value<'a>]) -> Result<(&'v List<'a>, &'v List<'a>), Error> {
    match arguments {
        [Value::List(a), Value::List(b)] => Ok((a, b)),
        _ => Err(Error::no_such_overload()),
    }
}

fn contains<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let (list, part) = two(arguments)?;
    Ok(Value::Bool(list.contains_all(part)))
}

fn equivalent<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let (a, b) = two(arguments)?;
    Ok(Value::Bool(a.contains_all(b) && b.contains_all(a)))
}

fn intersects<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let (a, b) = two(arguments)?;
    Ok(Value::Bool(a.iter().any(|value| b.contains(&value))))
}
