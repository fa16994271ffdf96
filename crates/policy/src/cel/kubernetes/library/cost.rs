//! What does a call cost? The figures of k8s.io/apiserver 0.37 (`pkg/cel/library/cost.go`).

pub(super) mod estimate;

use crate::cel::Value;
use crate::cel::cost::{actual_size, pattern, traversal as characters};
pub(super) use crate::cel::cost::{deep, first as traversal, matching as search, twice as double_traversal};
use crate::cel::kubernetes::format::Format;

/// A request to the authorizer: no expression can afford three.
const AUTHORIZATION: u64 = 350_000;
/// Making a list, and a message, of which a selector consists.
const LIST: u64 = 10;
const REQUIREMENT: f64 = 50.0;

/// Reading a field.
pub(super) fn one(_: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    1
}

/// Asking the authorizer.
pub(super) fn authorization(_: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    AUTHORIZATION
}

/// Reading a selector of labels or fields.
pub(super) fn selector(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    let length = size(arguments, 1);
    LIST + characters(length) + (length.div_ceil(2) as f64 * REQUIREMENT) as u64
}

/// Matching a text against the regular expression that a format is taken for.
pub(super) fn validate(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    let regex = arguments.first().and_then(Value::downcast::<Format>).map_or(1, |format| format.regex_size);
    characters(size(arguments, 1) + 1) * pattern(regex)
}

/// Comparing an address with the bits of a network.
pub(super) fn contains_ip(arguments: &[Value<'_>], _: Option<&Value<'_>>) -> u64 {
    characters(2 * size(arguments, 0))
}

/// The same for an address that is yet to be read.
pub(super) fn contains_ip_text(arguments: &[Value<'_>], result: Option<&Value<'_>>) -> u64 {
    contains_ip(arguments, result) + characters(size(arguments, 1))
}

/// Comparing two networks.
pub(super) fn contains_cidr(arguments: &[Value<'_>], result: Option<&Value<'_>>) -> u64 {
    contains_ip(arguments, result) + characters(size(arguments, 0)) + 1
}

/// The same for a network that is yet to be read.
pub(super) fn contains_cidr_text(arguments: &[Value<'_>], result: Option<&Value<'_>>) -> u64 {
    contains_cidr(arguments, result) + characters(size(arguments, 1))
}

fn size(arguments: &[Value<'_>], index: usize) -> u64 {
    arguments.get(index).map_or(1, actual_size)
}
