//! How large may the results of list functions be, and what do they cost?

use crate::cel::estimate::list_result;
use crate::cel::{Argument, CallEstimate, Range};

fn size(arguments: &[Argument<'_>], index: usize) -> Range {
    arguments.get(index).map_or(Range::UNKNOWN, |argument| argument.size)
}

/// A number that is written out, with nothing below zero.
#[allow(clippy::cast_sign_loss)] // looked at
fn written(arguments: &[Argument<'_>], index: usize, otherwise: u64) -> u64 {
    arguments.get(index).and_then(Argument::literal_int).map_or(otherwise, |value| value.max(0) as u64)
}

pub(super) fn sliced(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let start = written(arguments, 1, 0);
    let end = written(arguments, 2, size(arguments, 0).max);
    list_result(Range::exactly(end.wrapping_sub(start)), 1.0)
}

#[allow(clippy::cast_precision_loss)] // what the API server computes with
pub(super) fn flattened(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let depth = if arguments.len() > 1 { written(arguments, 1, u64::MAX) } else { 1 };
    list_result(size(arguments, 0), depth as f64)
}

pub(super) fn ranged(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    list_result(Range::exactly(written(arguments, 0, u64::MAX)), 1.0)
}

pub(super) fn as_long(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    list_result(size(arguments, 0), 1.0)
}

pub(super) fn distinguished(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    list_result(size(arguments, 0).times(size(arguments, 0)), 2.0)
}

/// Comparing each element with each; the last argument holds what is compared.
pub(super) fn compared(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let size = size(arguments, arguments.len().saturating_sub(1));
    list_result(size.times(size), 2.0)
}

/// Comparing each text with each.
pub(super) fn texts_compared(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let size = size(arguments, arguments.len().saturating_sub(1));
    list_result(size.times(size), 2.1)
}
