//! Strings: parts, places, case, replacement. Places are counted in characters.

mod format;
mod size;

use object::v;

use crate::cel::value::quote;
use size::{joined, parts, replaced};

use crate::cel::{Error, Function, Implementation, Value, cost, estimate};

pub(in crate::cel) use format::{Segment, segments};

const fn function(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call)
}

#[rustfmt::skip]
pub(super) const STRINGS: &[Function] = &[
    function("string_char_at_int", "string::charAt(int) -> string", char_at),
    function("string_index_of_string", "string::indexOf(string) -> int", index_of).cost(cost::deep).estimate(estimate::traverse),
    function("string_index_of_string_int", "string::indexOf(string, int) -> int", index_of).cost(cost::deep).estimate(estimate::traverse),
    function("string_last_index_of_string", "string::lastIndexOf(string) -> int", last_index_of).cost(cost::deep).estimate(estimate::traverse),
    function("string_last_index_of_string_int", "string::lastIndexOf(string, int) -> int", last_index_of).cost(cost::deep).estimate(estimate::traverse),
    function("string_lower_ascii", "string::lowerAscii() -> string", lower_ascii).cost(cost::own_size).estimate(estimate::traverse_result),
    function("string_upper_ascii", "string::upperAscii() -> string", upper_ascii).cost(cost::own_size).estimate(estimate::traverse_result),
    function("string_replace_string_string", "string::replace(string, string) -> string", replace).cost(cost::twice).estimate(replaced),
    function("string_replace_string_string_int", "string::replace(string, string, int) -> string", replace).cost(cost::twice).estimate(replaced),
    function("string_split_string", "string::split(string) -> list(string)", split).cost(cost::twice).estimate(parts),
    function("string_split_string_int", "string::split(string, int) -> list(string)", split).cost(cost::twice).estimate(parts),
    function("string_substring_int", "string::substring(int) -> string", substring).cost(cost::own_size).estimate(estimate::traverse_result),
    function("string_substring_int_int", "string::substring(int, int) -> string", substring).cost(cost::own_size).estimate(estimate::traverse_result),
    function("string_trim", "string::trim() -> string", trim).cost(cost::own_size).estimate(estimate::traverse_result),
    function("string_format", "string::format(list(dyn)) -> string", format::format).since(v(1, 29)).in_turn().overload_cost(cost::first),
    function("strings_quote", "strings.quote(string) -> string", quoted).since(v(1, 29)).overload_cost(cost::first),
    function("list_join", "list(string)::join() -> string", join).cost(cost::result_twice).estimate(joined),
    function("list_join_string", "list(string)::join(string) -> string", join).cost(cost::result_twice).estimate(joined),
];

fn out_of_range(index: i64) -> Error {
    Error::new(format!("index out of range: {index}"))
}

/// A place among some characters, or the end of them.
fn place(index: i64, length: usize) -> Result<usize, Error> {
    usize::try_from(index).ok().filter(|at| *at <= length).ok_or_else(|| out_of_range(index))
}

fn length(text: &str) -> usize {
    crate::cel::value::characters(text) as usize
}

/// The byte at which a character begins.
fn byte_of(text: &str, character: usize) -> usize {
    text.char_indices().nth(character).map_or(text.len(), |(at, _)| at)
}

fn char_at<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let [Value::String(text), Value::Int(index)] = arguments else { return Err(Error::no_such_overload()) };
    let at = place(*index, length(text))?;
    Ok(Value::text(text.chars().nth(at).map(String::from).unwrap_or_default()))
}

fn index_of<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let (text, part, from) = match arguments {
        [Value::String(text), Value::String(part)] => (text, part, 0),
        [Value::String(text), Value::String(part), Value::Int(from)] => (text, part, *from),
        _ => return Err(Error::no_such_overload()),
    };
    let start = usize::try_from(from).map_err(|_| out_of_range(from))?;
    let length = length(text);
    if part.is_empty() {
        return Ok(Value::Int(start.min(length) as i64));
    }
    let rest = text.get(byte_of(text, start)..).unwrap_or_default();
    let found = rest.find(&**part).and_then(|at| rest.get(..at)).map(|before| start + before.chars().count());
    Ok(Value::Int(found.map_or(-1, |at| at as i64)))
}

fn last_index_of<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let (text, part, until) = match arguments {
        [Value::String(text), Value::String(part)] => (text, part, None),
        [Value::String(text), Value::String(part), Value::Int(until)] => (text, part, Some(*until)),
        _ => return Err(Error::no_such_overload()),
    };
    let length = length(text);
    let last = match until {
        Some(until) => usize::try_from(until).map_err(|_| out_of_range(until))?,
        None => length,
    };
    if part.is_empty() {
        return Ok(Value::Int(last.min(length) as i64));
    }
    if until.is_some() && last >= length {
        return Ok(Value::Int(-1));
    }
    let end = (byte_of(text, last) + part.len()).min(text.len());
    let end = (0..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let head = text.get(..end).unwrap_or_default();
    let found = head.rfind(&**part).and_then(|at| head.get(..at)).map(|before| before.chars().count());
    Ok(Value::Int(found.filter(|at| *at <= last).map_or(-1, |at| at as i64)))
}

fn lower_ascii<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let [Value::String(text)] = arguments else { return Err(Error::no_such_overload()) };
    Ok(Value::text(text.to_ascii_lowercase()))
}

fn upper_ascii<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let [Value::String(text)] = arguments else { return Err(Error::no_such_overload()) };
    Ok(Value::text(text.to_ascii_uppercase()))
}

fn replace<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let (text, old, new, count) = match arguments {
        [Value::String(text), Value::String(old), Value::String(new)] => (text, old, new, -1),
        [Value::String(text), Value::String(old), Value::String(new), Value::Int(count)] => {
            (text, old, new, *count)
        }
        _ => return Err(Error::no_such_overload()),
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let places = if old.is_empty() { length(text) + 1 } else { text.matches(&**old).count() };
    let size = text.len().saturating_add(places.min(count).saturating_mul(new.len()));
    if size > LARGEST {
        return Err(Error::new(format!("string of {size} bytes is larger than {LARGEST}")));
    }
    Ok(Value::text(text.replacen(&**old, new, count)))
}

/// Most bytes of a string that a function makes: more than any request holds.
const LARGEST: usize = 64 << 20;

fn split<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let (text, separator, count) = match arguments {
        [Value::String(text), Value::String(separator)] => (text, separator, -1),
        [Value::String(text), Value::String(separator), Value::Int(count)] => (text, separator, *count),
        _ => return Err(Error::no_such_overload()),
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if count == 0 {
        return Ok(Value::list(Vec::new()));
    }
    let parts: Vec<Value<'a>> = if separator.is_empty() {
        characters(text, count).map(Value::text).collect()
    } else {
        text.splitn(count, &**separator).map(Value::text).collect()
    };
    Ok(Value::list(parts))
}

/// Each character for itself, and in the last part all that are left.
fn characters(text: &str, count: usize) -> impl Iterator<Item = &str> {
    let last = count.min(length(text));
    let mut starts = text.char_indices();
    (0..last).filter_map(move |index| {
        let (at, c) = starts.next()?;
        if index + 1 == last { text.get(at..) } else { text.get(at..at + c.len_utf8()) }
    })
}

fn substring<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let (text, start, end) = match arguments {
        [Value::String(text), Value::Int(start)] => (text, *start, None),
        [Value::String(text), Value::Int(start), Value::Int(end)] => (text, *start, Some(*end)),
        _ => return Err(Error::no_such_overload()),
    };
    if let Some(end) = end
        && start > end
    {
        return Err(Error::new(format!("invalid substring range. start: {start}, end: {end}")));
    }
    let length = length(text);
    let from = place(start, length)?;
    let to = end.map_or(Ok(length), |end| place(end, length))?;
    let part = text.get(byte_of(text, from)..byte_of(text, to)).unwrap_or_default();
    Ok(Value::text(part))
}

fn trim<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let [Value::String(text)] = arguments else { return Err(Error::no_such_overload()) };
    Ok(Value::text(text.trim()))
}

fn quoted<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let [Value::String(text)] = arguments else { return Err(Error::no_such_overload()) };
    Ok(Value::text(quote(text)))
}

fn join<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let (list, separator) = match arguments {
        [Value::List(list)] => (list, ""),
        [Value::List(list), Value::String(separator)] => (list, &**separator),
        _ => return Err(Error::no_such_overload()),
    };
    let mut joined = String::new();
    for (index, value) in list.iter().enumerate() {
        let Value::String(part) = value else {
            return Err(Error::new(format!("join: invalid input: {}", value.as_go())));
        };
        if index > 0 {
            joined.push_str(separator);
        }
        joined.push_str(&part);
        if joined.len() > LARGEST {
            return Err(Error::new(format!("joined string is larger than {LARGEST} bytes")));
        }
    }
    Ok(Value::text(joined))
}
