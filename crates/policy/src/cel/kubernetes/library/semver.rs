//! `semver("1.2.3").isLessThan(semver(x))`, since 1.33.

use object::v;

use super::{cost, opaque, text, value};
use crate::cel::kubernetes::semver::Semver;
use crate::cel::{Error, Function, Implementation, Value};

opaque!(Semver, "kubernetes.Semver", size: |_| None);

pub(super) const FUNCTIONS: &[Function] = &[
    parse("string_to_semver", "semver(string) -> kubernetes.Semver", semver),
    parse("string_bool_to_semver", "semver(string, bool) -> kubernetes.Semver", semver),
    parse("is_semver_string", "isSemver(string) -> bool", is_semver),
    parse("is_semver_string_bool", "isSemver(string, bool) -> bool", is_semver),
    unit("semver_is_greater_than", "kubernetes.Semver::isGreaterThan(kubernetes.Semver) -> bool", is_greater),
    unit("semver_is_less_than", "kubernetes.Semver::isLessThan(kubernetes.Semver) -> bool", is_less),
    unit("semver_compare_to", "kubernetes.Semver::compareTo(kubernetes.Semver) -> int", compare),
    unit("semver_major", "kubernetes.Semver::major() -> int", |a| Ok(number(value::<Semver>(a, 0)?.major))),
    unit("semver_minor", "kubernetes.Semver::minor() -> int", |a| Ok(number(value::<Semver>(a, 0)?.minor))),
    unit("semver_patch", "kubernetes.Semver::patch() -> int", |a| Ok(number(value::<Semver>(a, 0)?.patch))),
];

const fn parse(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call)
        .since(v(1, 33))
        .cost(cost::traversal)
        .estimate(cost::estimate::traversal)
}

const fn unit(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call).since(v(1, 33)).cost(cost::one).estimate(cost::estimate::one)
}

fn read(arguments: &[Value<'_>]) -> Result<Result<Semver, String>, Error> {
    let written = text(arguments, 0)?;
    Ok(match arguments.get(1) {
        Some(Value::Bool(true)) => Semver::parse_leniently(written),
        Some(Value::Bool(false)) | None => Semver::parse(written),
        Some(_) => return Err(Error::no_such_overload()),
    })
}

fn semver<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    read(arguments)?.map(Value::opaque).map_err(Error::new)
}

fn is_semver<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::Bool(read(arguments)?.is_ok()))
}

fn is_greater<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::Bool(value::<Semver>(arguments, 0)? > value(arguments, 1)?))
}

fn is_less<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::Bool(value::<Semver>(arguments, 0)? < value(arguments, 1)?))
}

fn compare<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::Int(value::<Semver>(arguments, 0)?.cmp(value(arguments, 1)?) as i64))
}

/// A number beyond the largest `int` wraps, as upstream.
fn number<'a>(number: u64) -> Value<'a> {
    Value::Int(number.cast_signed())
}
