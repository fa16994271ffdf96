//! `url("https://a/b").getHost()`, and the escapes of paths into JSON.

use super::{cost, opaque, text, value};
use crate::cel::kubernetes::url::{Url, check};
use crate::cel::{Error, Function, Implementation, Map, Value};

opaque!(Url, "kubernetes.URL", size: |_| None);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("string_to_url", "url(string) -> kubernetes.URL", url)
        .cost(cost::traversal)
        .estimate(cost::estimate::sized_traversal),
    // Upstream has forgotten a price for it.
    Function::new("is_url_string", "isURL(string) -> bool", is_url),
    unit("url_get_scheme", "kubernetes.URL::getScheme() -> string", |a| {
        part(a, |url| url.scheme().to_owned())
    }),
    unit("url_get_host", "kubernetes.URL::getHost() -> string", |a| part(a, Url::host)),
    unit("url_get_hostname", "kubernetes.URL::getHostname() -> string", |a| part(a, Url::hostname)),
    unit("url_get_port", "kubernetes.URL::getPort() -> string", |a| part(a, Url::port)),
    unit("url_get_escaped_path", "kubernetes.URL::getEscapedPath() -> string", |a| {
        part(a, Url::escaped_path)
    }),
    unit("url_get_query", "kubernetes.URL::getQuery() -> map(string, list(string))", query),
];

pub(super) const JSON_PATCH: &[Function] = &[Function::new(
    "string_jsonpatch_escapeKey_string",
    "jsonpatch.escapeKey(string) -> string",
    escape_key,
)
.cost(cost::traversal)
.estimate(cost::estimate::sized_traversal)];

const fn unit(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call).cost(cost::one).estimate(cost::estimate::one)
}

fn url<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let wrong = |why| Error::new(format!("URL parse error during conversion from string: {why}"));
    Url::parse(text(arguments, 0)?).map(Value::opaque).map_err(wrong)
}

fn is_url<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::Bool(check(text(arguments, 0)?).is_ok()))
}

fn part<'a>(arguments: &[Value<'a>], part: fn(&Url) -> String) -> Result<Value<'a>, Error> {
    Ok(Value::text(part(value(arguments, 0)?)))
}

fn query<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let entries = value::<Url>(arguments, 0)?.query().into_iter();
    let entries = entries
        .map(|(key, values)| (Value::text(key), Value::list(values.into_iter().map(Value::text).collect())));
    Ok(Value::Map(Map::from_entries(entries)?))
}

fn escape_key<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::text(text(arguments, 0)?.replace('~', "~0").replace('/', "~1")))
}
