//! Work that costs do not count: large values compared, large results made, large maps searched.
//!
//! Costs are upstream's, and say little of values that are nested deep or made of many copies of one part. These
//! limits are far beyond what a request brings along, and hold what an expression can make of it.

use super::{Error, Evaluation, Value};
use crate::cel::{List, Map};

/// Most parts of values that one evaluation looks at beyond what is counted as cost.
const MOST_PARTS: u64 = 50_000_000;
/// Most bytes of values that one evaluation makes.
const MOST_BYTES: u64 = 256 << 20;

impl<'a> Evaluation<'a, '_> {
    /// Counts a look at everything that values are made of, some number of times.
    pub(super) fn look_through(&mut self, values: &[Value<'a>], times: u64) -> Result<(), Error> {
        let parts: u64 = values.iter().map(parts).fold(0, u64::saturating_add);
        self.look_at(parts.saturating_mul(times))
    }

    /// Counts a search for a key.
    pub(super) fn search(&mut self, object: &Value<'a>) -> Result<(), Error> {
        match object {
            Value::Map(Map::Node(node)) => self.look_at(node.len() as u64 / 16),
            _ => Ok(()),
        }
    }

    fn look_at(&mut self, parts: u64) -> Result<(), Error> {
        self.parts = self.parts.saturating_add(parts);
        if self.parts > MOST_PARTS { Err(Error::budget()) } else { Ok(()) }
    }

    /// Counts the bytes of a value that was made.
    pub(super) fn keep(&mut self, made: &Value<'a>) -> Result<(), Error> {
        let bytes = match made {
            Value::String(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            Value::List(List::Shared(values)) => values.len() * size_of::<Value<'_>>(),
            _ => 0,
        };
        self.bytes = self.bytes.saturating_add(bytes as u64);
        if self.bytes > MOST_BYTES { Err(Error::budget()) } else { Ok(()) }
    }
}

/// The number of parts of a value, counted no further than matters.
fn parts(value: &Value<'_>) -> u64 {
    if !matches!(value, Value::List(_) | Value::Map(_) | Value::Optional(_) | Value::Object(_)) {
        return 1;
    }
    let mut pending = vec![value.clone()];
    let mut count = 0;
    while let Some(next) = pending.pop() {
        count += 1;
        if count > MOST_PARTS {
            break;
        }
        match next {
            Value::List(list) => pending.extend(list.iter()),
            Value::Map(map) if !matches!(map, Map::Lazy(_)) => {
                pending.extend(map.entries().into_iter().filter_map(|(_, value)| value.ok()));
            }
            Value::Optional(Some(held)) => pending.push((*held).clone()),
            Value::Object(message) => pending.extend(message.fields.iter().map(|(_, value)| value.clone())),
            _ => {}
        }
    }
    count
}
