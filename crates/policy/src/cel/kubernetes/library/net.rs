//! `cidr("10.0.0.0/8").containsIP(ip(x))`, since 1.30.

use object::v;

use super::{cost, opaque, text, value};
use crate::cel::kubernetes::ip::{Cidr, Family, Ip};
use crate::cel::{Error, Function, Implementation, Value};

opaque!(Ip, "net.IP", size: |ip| Some(Ip::size(*ip)));
opaque!(Cidr, "net.CIDR", size: |cidr| Some(Cidr::size(*cidr)));

pub(super) const FUNCTIONS: &[Function] = &[
    parse("string_to_ip", "ip(string) -> net.IP", ip),
    parse("is_ip", "isIP(string) -> bool", is_ip),
    parse("string_to_cidr", "cidr(string) -> net.CIDR", cidr),
    parse("is_cidr", "isCIDR(string) -> bool", is_cidr),
    Function::new("ip_is_canonical", "ip.isCanonical(string) -> bool", is_canonical)
        .since(v(1, 30))
        .cost(cost::double_traversal)
        .estimate(cost::estimate::double_traversal),
    unit("ip_family", "net.IP::family() -> int", family),
    unit("ip_is_unspecified", "net.IP::isUnspecified() -> bool", |a| is(a, Ip::is_unspecified)),
    unit("ip_is_loopback", "net.IP::isLoopback() -> bool", |a| is(a, Ip::is_loopback)),
    unit("ip_is_link_local_multicast", "net.IP::isLinkLocalMulticast() -> bool", |a| {
        is(a, Ip::is_link_local_multicast)
    }),
    unit("ip_is_link_local_unicast", "net.IP::isLinkLocalUnicast() -> bool", |a| {
        is(a, Ip::is_link_local_unicast)
    }),
    unit("ip_is_global_unicast", "net.IP::isGlobalUnicast() -> bool", |a| is(a, Ip::is_global_unicast)),
    // Conversion to text has no price of its own.
    Function::new("ip_to_string", "string(net.IP) -> string", ip_to_string).since(v(1, 30)),
    Function::new("cidr_to_string", "string(net.CIDR) -> string", cidr_to_string).since(v(1, 30)),
    unit("cidr_ip", "net.CIDR::ip() -> net.IP", cidr_ip),
    unit("cidr_prefix_length", "net.CIDR::prefixLength() -> int", prefix_length),
    unit("cidr_masked", "net.CIDR::masked() -> net.CIDR", masked),
    contains("cidr_contains_ip_string", "net.CIDR::containsIP(string) -> bool", contains_ip)
        .either_cost(cost::contains_ip_text, cost::contains_ip)
        .estimate(cost::estimate::contains_ip_text),
    contains("cidr_contains_ip_ip", "net.CIDR::containsIP(net.IP) -> bool", contains_ip)
        .cost(cost::contains_ip)
        .estimate(cost::estimate::contains_ip),
    contains("cidr_contains_cidr_string", "net.CIDR::containsCIDR(string) -> bool", contains_cidr)
        .either_cost(cost::contains_cidr_text, cost::contains_cidr)
        .estimate(cost::estimate::contains_cidr_text),
    contains("cidr_contains_cidr", "net.CIDR::containsCIDR(net.CIDR) -> bool", contains_cidr)
        .cost(cost::contains_cidr)
        .estimate(cost::estimate::contains_cidr),
];

const fn parse(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call)
        .since(v(1, 30))
        .cost(cost::traversal)
        .estimate(cost::estimate::traversal)
}

const fn unit(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call).since(v(1, 30)).cost(cost::one).estimate(cost::estimate::one)
}

const fn contains(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call).since(v(1, 30))
}

fn ip<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ip::parse(text(arguments, 0)?).map(Value::opaque).map_err(Error::new)
}

fn is_ip<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::Bool(Ip::parse(text(arguments, 0)?).is_ok()))
}

fn is_canonical<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let written = text(arguments, 0)?;
    let ip = Ip::parse(written).map_err(Error::new)?;
    Ok(Value::Bool(ip.to_string() == written))
}

fn family<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::Int(match value::<Ip>(arguments, 0)?.family() {
        Family::V4 => 4,
        Family::V6 => 6,
    }))
}

fn is<'a>(arguments: &[Value<'a>], test: fn(Ip) -> bool) -> Result<Value<'a>, Error> {
    Ok(Value::Bool(test(*value(arguments, 0)?)))
}

fn ip_to_string<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::text(value::<Ip>(arguments, 0)?.to_string()))
}

fn cidr<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    parse_cidr(text(arguments, 0)?).map(Value::opaque)
}

fn parse_cidr(text: &str) -> Result<Cidr, Error> {
    let wrong = |why| Error::new(format!("network address parse error during conversion from string: {why}"));
    Cidr::parse(text).map_err(wrong)
}

fn is_cidr<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::Bool(Cidr::parse(text(arguments, 0)?).is_ok()))
}

fn cidr_to_string<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::text(value::<Cidr>(arguments, 0)?.to_string()))
}

fn cidr_ip<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::opaque(value::<Cidr>(arguments, 0)?.ip()))
}

fn prefix_length<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::Int(value::<Cidr>(arguments, 0)?.prefix_length().into()))
}

fn masked<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::opaque(value::<Cidr>(arguments, 0)?.masked()))
}

fn contains_ip<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let cidr: &Cidr = value(arguments, 0)?;
    let ip = match arguments.get(1).and_then(Value::as_str) {
        Some(text) => Ip::parse(text).map_err(Error::new)?,
        None => *value(arguments, 1)?,
    };
    Ok(Value::Bool(cidr.contains_ip(ip)))
}

fn contains_cidr<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let cidr: &Cidr = value(arguments, 0)?;
    let other = match arguments.get(1).and_then(Value::as_str) {
        Some(text) => parse_cidr(text)?,
        None => *value(arguments, 1)?,
    };
    Ok(Value::Bool(cidr.contains_cidr(other)))
}
