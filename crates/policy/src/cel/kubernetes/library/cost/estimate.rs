//! What may a call cost at most, before anything is known of its arguments but their size?

use crate::cel::{Argument, CallEstimate, Range, Type};

/// What upstream charges for a character, and for a character of a regular expression.
const CHARACTER: f64 = 0.1;
const PATTERN: f64 = 0.25;
/// The longest regular expression that a format is taken for.
const LONGEST_FORMAT: f64 = 128.0;
/// The longest name of a format.
const LONGEST_NAME: u64 = 64;
const ONE: Range = Range::exactly(1);
/// Bytes of an address of either version.
const ADDRESS: Range = Range::new(4, 16);

#[allow(clippy::unnecessary_wraps)] // what every estimator returns
fn only(cost: Range) -> Option<CallEstimate> {
    Some(CallEstimate { cost, result: None })
}

fn size(arguments: &[Argument<'_>], index: usize) -> Option<Range> {
    arguments.get(index).map(|argument| argument.size)
}

pub(in super::super) fn one(_: &[Argument<'_>]) -> Option<CallEstimate> {
    only(ONE)
}

pub(in super::super) fn authorization(_: &[Argument<'_>]) -> Option<CallEstimate> {
    only(Range::exactly(super::AUTHORIZATION))
}

pub(in super::super) fn traversal(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    only(size(arguments, 0)?.by(CHARACTER))
}

/// The result counts as long as the argument.
pub(in super::super) fn sized_traversal(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let size = size(arguments, 0)?;
    Some(CallEstimate { cost: size.by(CHARACTER), result: Some(size) })
}

pub(in super::super) fn double_traversal(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    only(size(arguments, 0)?.by(2.0 * CHARACTER))
}

pub(in super::super) fn selector(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let length = size(arguments, 1)?;
    let requirements = length.by(0.5).times(Range::exactly(super::REQUIREMENT));
    only(Range::exactly(super::LIST).plus(length.by(CHARACTER)).plus(requirements))
}

pub(in super::super) fn validate(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    only(size(arguments, 1)?.by(CHARACTER).by(LONGEST_FORMAT * PATTERN))
}

pub(in super::super) fn search(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let within = size(arguments, 0)?;
    let cost = within.plus(ONE).by(CHARACTER).times(size(arguments, 1)?.by(PATTERN));
    Some(CallEstimate { cost, result: Some(Range::new(0, within.max)) })
}

pub(in super::super) fn contains_ip(_: &[Argument<'_>]) -> Option<CallEstimate> {
    only(ADDRESS.plus(ADDRESS).by(CHARACTER))
}

pub(in super::super) fn contains_ip_text(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let compared = contains_ip(arguments)?.cost;
    only(compared.plus(size(arguments, 1)?.by(CHARACTER)))
}

pub(in super::super) fn contains_cidr(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let compared = contains_ip(arguments)?.cost;
    only(compared.plus(ADDRESS.by(CHARACTER)).plus(ONE))
}

pub(in super::super) fn contains_cidr_text(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let compared = contains_cidr(arguments)?.cost;
    only(compared.plus(size(arguments, 1)?.by(CHARACTER)))
}

/// Looking at every element, and into it if it is text. What is no list is taken for a string.
pub(in super::super) fn elements(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let list = arguments.first()?;
    only(match list.of.parameters().next() {
        Some(Type::String | Type::Bytes) => list.size.times(ONE.plus(list.element_size.by(CHARACTER))),
        Some(_) => list.size,
        None => list.size.by(CHARACTER),
    })
}

/// The same, but what is no list is taken for one.
pub(in super::super) fn includes(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let list = arguments.first()?;
    if list.of.parameters().next().is_none() { only(list.size) } else { elements(arguments) }
}

/// What comparing two values of a library may cost; nothing if they are of none.
pub(in crate::cel) fn equality(arguments: &[Argument<'_>]) -> Option<Range> {
    let [left, right] = arguments else { return None };
    let (Type::Opaque(name, parameters), true) = (left.of, left.of == right.of) else { return None };
    match &**name {
        _ if !parameters.is_empty() => None,
        "kubernetes.NamedFormat" => Some(Range::new(1, LONGEST_NAME).by(CHARACTER)),
        "kubernetes.URL" if right.size != Range::UNKNOWN => Some(Range::new(1, right.size.max).by(CHARACTER)),
        _ => Some(ONE),
    }
}
