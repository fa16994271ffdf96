//! What may a call cost at most, before anything is known of its arguments but their size?

use crate::cel::{Argument, CallEstimate, Range, Type};

/// What upstream charges for a character, and for a character of a regular expression.
const CHARACTER: f64 = 0.1;
const PATTERN: f64 = 0.25;
/// The longest regular expression that a format is taken for.
const LONGEST_FORMAT: f64 = 128.0;
const ONE: Range = Range { min: 1, max: 1 };
/// Bytes of an address of either version.
const ADDRESS: Range = Range { min: 4, max: 16 };

fn times(size: Range, factor: f64) -> Range {
    Range { min: multiply(size.min, factor), max: multiply(size.max, factor) }
}

/// Rounded up; the largest number stands for anything larger.
#[allow(clippy::cast_sign_loss)] // neither is negative
fn multiply(size: u64, factor: f64) -> u64 {
    (size as f64 * factor).ceil() as u64
}

fn sum(a: Range, b: Range) -> Range {
    Range { min: a.min.saturating_add(b.min), max: a.max.saturating_add(b.max) }
}

fn product(a: Range, b: Range) -> Range {
    Range { min: a.min.saturating_mul(b.min), max: a.max.saturating_mul(b.max) }
}

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
    only(Range { min: super::AUTHORIZATION, max: super::AUTHORIZATION })
}

pub(in super::super) fn traversal(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    only(times(size(arguments, 0)?, CHARACTER))
}

/// The result counts as long as the argument.
pub(in super::super) fn sized_traversal(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let size = size(arguments, 0)?;
    Some(CallEstimate { cost: times(size, CHARACTER), result: Some(size) })
}

pub(in super::super) fn double_traversal(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    only(times(size(arguments, 0)?, 2.0 * CHARACTER))
}

pub(in super::super) fn selector(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let length = size(arguments, 1)?;
    let requirements = times(times(length, 0.5), super::REQUIREMENT);
    only(sum(sum(Range { min: super::LIST, max: super::LIST }, times(length, CHARACTER)), requirements))
}

pub(in super::super) fn validate(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    only(times(times(size(arguments, 1)?, CHARACTER), LONGEST_FORMAT * PATTERN))
}

pub(in super::super) fn search(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let within = size(arguments, 0)?;
    let text = times(sum(within, ONE), CHARACTER);
    let cost = product(text, times(size(arguments, 1)?, PATTERN));
    Some(CallEstimate { cost, result: Some(Range { min: 0, max: within.max }) })
}

pub(in super::super) fn contains_ip(_: &[Argument<'_>]) -> Option<CallEstimate> {
    only(times(sum(ADDRESS, ADDRESS), CHARACTER))
}

pub(in super::super) fn contains_ip_text(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let compared = contains_ip(arguments)?.cost;
    only(sum(compared, times(size(arguments, 1)?, CHARACTER)))
}

pub(in super::super) fn contains_cidr(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let compared = contains_ip(arguments)?.cost;
    only(sum(sum(compared, times(ADDRESS, CHARACTER)), ONE))
}

pub(in super::super) fn contains_cidr_text(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let compared = contains_cidr(arguments)?.cost;
    only(sum(compared, times(size(arguments, 1)?, CHARACTER)))
}

/// Looking at every element, and into it if it is text. What is no list is taken for a string.
pub(in super::super) fn elements(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let list = arguments.first()?;
    only(match list.of.parameters().first() {
        Some(Type::String | Type::Bytes) => product(list.size, sum(ONE, times(list.element_size, CHARACTER))),
        Some(_) => product(list.size, ONE),
        None => times(list.size, CHARACTER),
    })
}

/// The same, but what is no list is taken for one.
pub(in super::super) fn includes(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let list = arguments.first()?;
    if list.of.parameters().is_empty() { only(product(list.size, ONE)) } else { elements(arguments) }
}
