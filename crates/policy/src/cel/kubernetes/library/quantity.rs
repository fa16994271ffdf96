//! `quantity("1Gi").isLessThan(quantity(x))`, since 1.28.

use object::v;

use super::{cost, opaque, text, value};
use crate::cel::kubernetes::quantity::Quantity;
use crate::cel::{Error, Function, Value};

opaque!(Quantity, "kubernetes.Quantity", size: |_| None);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("string_to_quantity", "quantity(string) -> kubernetes.Quantity", quantity)
        .since(v(1, 28))
        .cost(cost::traversal)
        .estimate(cost::estimate::traversal),
    Function::new("is_quantity_string", "isQuantity(string) -> bool", is_quantity)
        .since(v(1, 28))
        .cost(cost::traversal)
        .estimate(cost::estimate::traversal),
    unit("quantity_sign", "sign(kubernetes.Quantity) -> int", sign),
    unit(
        "quantity_is_greater_than",
        "kubernetes.Quantity::isGreaterThan(kubernetes.Quantity) -> bool",
        is_greater,
    ),
    unit("quantity_is_less_than", "kubernetes.Quantity::isLessThan(kubernetes.Quantity) -> bool", is_less),
    unit("quantity_compare_to", "kubernetes.Quantity::compareTo(kubernetes.Quantity) -> int", compare),
    unit("quantity_get_float", "kubernetes.Quantity::asApproximateFloat() -> double", as_float),
    unit("quantity_get_int", "kubernetes.Quantity::asInteger() -> int", as_integer),
    unit("quantity_is_integer", "kubernetes.Quantity::isInteger() -> bool", is_integer),
    unit("quantity_add", "kubernetes.Quantity::add(kubernetes.Quantity) -> kubernetes.Quantity", add),
    unit("quantity_add_int", "kubernetes.Quantity::add(int) -> kubernetes.Quantity", add),
    unit("quantity_sub", "kubernetes.Quantity::sub(kubernetes.Quantity) -> kubernetes.Quantity", sub),
    unit("quantity_sub_int", "kubernetes.Quantity::sub(int) -> kubernetes.Quantity", sub),
];

const fn unit(id: &'static str, signature: &'static str, call: crate::cel::Implementation) -> Function {
    Function::new(id, signature, call).since(v(1, 28)).cost(cost::one).estimate(cost::estimate::one)
}

fn quantity<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Quantity::parse(text(arguments, 0)?).map(Value::opaque).map_err(Error::new)
}

fn is_quantity<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::Bool(Quantity::parse(text(arguments, 0)?).is_ok()))
}

fn sign<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::Int(value::<Quantity>(arguments, 0)?.sign()))
}

fn is_greater<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let (left, right) = both(arguments)?;
    Ok(Value::Bool(left > right))
}

fn is_less<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let (left, right) = both(arguments)?;
    Ok(Value::Bool(left < right))
}

fn compare<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let (left, right) = both(arguments)?;
    Ok(Value::Int(left.cmp(&right) as i64))
}

fn as_float<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::Double(value::<Quantity>(arguments, 0)?.as_approximate_float()))
}

fn as_integer<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let integer = value::<Quantity>(arguments, 0)?.as_integer();
    integer.map(Value::Int).ok_or_else(|| Error::new("cannot convert value to integer"))
}

fn is_integer<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::Bool(value::<Quantity>(arguments, 0)?.as_integer().is_some()))
}

fn add<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let (left, right) = both(arguments)?;
    left.add(right).map(Value::opaque).map_err(Error::new)
}

fn sub<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let (left, right) = both(arguments)?;
    left.sub(right).map(Value::opaque).map_err(Error::new)
}

/// Two quantities, the second of which may be written as an integer.
fn both(arguments: &[Value<'_>]) -> Result<(Quantity, Quantity), Error> {
    let right = match arguments.get(1) {
        Some(Value::Int(right)) => Quantity::of(*right),
        _ => *value(arguments, 1)?,
    };
    Ok((*value(arguments, 0)?, right))
}
