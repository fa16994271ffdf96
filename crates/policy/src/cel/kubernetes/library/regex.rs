//! `text.find("[a-z]+")` and `findAll`.

use super::cost;
use crate::cel::{Error, Function, Implementation, Value, regex};

pub(super) const FUNCTIONS: &[Function] = &[
    search("string_find_string", "string::find(string) -> string", find),
    search("string_find_all_string", "string::findAll(string) -> list(string)", find_all),
    search("string_find_all_string_int", "string::findAll(string, int) -> list(string)", find_all),
];

const fn search(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call).unguarded().cost(cost::search).estimate(cost::estimate::search)
}

fn find<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    regex::search(arguments, |pattern, text| {
        Value::text(pattern.find(text).map_or("", |found| found.as_str()))
    })
}

fn find_all<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let most = match arguments.get(2) {
        Some(Value::Int(most)) => usize::try_from(*most).unwrap_or(usize::MAX),
        Some(_) => return Err(Error::no_such_overload()),
        None => usize::MAX,
    };
    regex::search(arguments, |pattern, text| {
        Value::list(pattern.find_iter(text).take(most).map(|found| Value::text(found.as_str())).collect())
    })
}
