//! `!format.dns1123Label().validate(x).hasValue()`, since 1.31.

use object::v;

use super::{cost, opaque, text, value};
use crate::cel::kubernetes::format::Format;
use crate::cel::{Error, Function, Implementation, Value};

opaque!(Format, "kubernetes.NamedFormat", size: |_| None);

pub(super) const FUNCTIONS: &[Function] = &[
    named("format.dns1123Label", "format.dns1123Label() -> kubernetes.NamedFormat", |_| find("dns1123Label")),
    named("format.dns1123Subdomain", "format.dns1123Subdomain() -> kubernetes.NamedFormat", |_| {
        find("dns1123Subdomain")
    }),
    named("format.dns1035Label", "format.dns1035Label() -> kubernetes.NamedFormat", |_| find("dns1035Label")),
    named("format.qualifiedName", "format.qualifiedName() -> kubernetes.NamedFormat", |_| {
        find("qualifiedName")
    }),
    named("format.dns1123LabelPrefix", "format.dns1123LabelPrefix() -> kubernetes.NamedFormat", |_| {
        find("dns1123LabelPrefix")
    }),
    named(
        "format.dns1123SubdomainPrefix",
        "format.dns1123SubdomainPrefix() -> kubernetes.NamedFormat",
        |_| find("dns1123SubdomainPrefix"),
    ),
    named("format.dns1035LabelPrefix", "format.dns1035LabelPrefix() -> kubernetes.NamedFormat", |_| {
        find("dns1035LabelPrefix")
    }),
    named("format.labelValue", "format.labelValue() -> kubernetes.NamedFormat", |_| find("labelValue")),
    named("format.uri", "format.uri() -> kubernetes.NamedFormat", |_| find("uri")),
    named("format.uuid", "format.uuid() -> kubernetes.NamedFormat", |_| find("uuid")),
    named("format.byte", "format.byte() -> kubernetes.NamedFormat", |_| find("byte")),
    named("format.date", "format.date() -> kubernetes.NamedFormat", |_| find("date")),
    named("format.datetime", "format.datetime() -> kubernetes.NamedFormat", |_| find("datetime")),
    Function::new("format-named", "format.named(string) -> optional(kubernetes.NamedFormat)", by_name)
        .since(v(1, 31))
        .cost(cost::one)
        .estimate(cost::estimate::one),
    Function::new(
        "format-validate",
        "kubernetes.NamedFormat::validate(string) -> optional(list(string))",
        validate,
    )
    .since(v(1, 31))
    .cost(cost::validate)
    .estimate(cost::estimate::validate),
];

/// One of upstream's formats, which have no price of their own.
const fn named(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call).since(v(1, 31))
}

fn find<'a>(name: &str) -> Result<Value<'a>, Error> {
    Format::named(name).map(Value::opaque).ok_or_else(Error::no_such_overload)
}

fn by_name<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::Optional(Format::named(text(arguments, 0)?).map(|format| Value::opaque(format).into())))
}

fn validate<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let faults = value::<Format>(arguments, 0)?.faults(text(arguments, 1)?);
    if faults.is_empty() {
        return Ok(Value::Optional(None));
    }
    Ok(Value::some(Value::list(faults.into_iter().map(Value::text).collect())))
}
