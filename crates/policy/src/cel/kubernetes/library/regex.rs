//! `text.find("[a-z]+")` and `findAll`.

use super::{cost, text};
use crate::cel::{Error, Function, Implementation, Value, regex};

pub(super) const FUNCTIONS: &[Function] = &[
    search("string_find_string", "string::find(string) -> string", find),
    search("string_find_all_string", "string::findAll(string) -> list(string)", find_all),
    search("string_find_all_string_int", "string::findAll(string, int) -> list(string)", find_all),
];

const fn search(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call).cost(cost::search).estimate(cost::estimate::search)
}

fn find<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let within = text(arguments, 0)?;
    regex::with(pattern(arguments)?, |pattern| {
        Value::text(pattern.find(within).map_or("", |found| found.as_str()))
    })
}

fn find_all<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let most = match arguments.get(2) {
        Some(Value::Int(most)) => usize::try_from(*most).unwrap_or(usize::MAX),
        Some(_) => return Err(Error::no_such_overload()),
        None => usize::MAX,
    };
    let within = text(arguments, 0)?;
    regex::with(pattern(arguments)?, |pattern| {
        Value::list(pattern.find_iter(within).take(most).map(|found| Value::text(found.as_str())).collect())
    })
}

fn pattern<'v, 'a>(arguments: &'v [Value<'a>]) -> Result<&'v Value<'a>, Error> {
    arguments.get(1).ok_or_else(Error::no_such_overload)
}
