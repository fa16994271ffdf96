//! Estimates that several functions share.

use super::{Argument, CallEstimate, Range};
use crate::cel::cost;

fn size(arguments: &[Argument<'_>], index: usize) -> Range {
    arguments.get(index).map_or(Range::UNKNOWN, |argument| argument.size)
}

/// Looking through the first argument.
#[allow(clippy::unnecessary_wraps)] // the type of every estimator
pub(in crate::cel) fn traverse(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    Some(CallEstimate { cost: size(arguments, 0).by(0.1), result: None })
}

/// Looking through the first argument, which bounds the result.
#[allow(clippy::unnecessary_wraps)] // the type of every estimator
pub(in crate::cel) fn traverse_result(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let size = size(arguments, 0);
    Some(CallEstimate { cost: size.by(0.1), result: Some(size) })
}

/// Looking for the elements of one argument among those of the other.
#[allow(clippy::unnecessary_wraps)] // the type of every estimator
pub(in crate::cel) fn search_through(arguments: &[Argument<'_>], factor: f64) -> Option<CallEstimate> {
    let product = size(arguments, 0).times(size(arguments, 1));
    Some(CallEstimate { cost: product.by(factor).plus(Range::exactly(1)), result: None })
}

/// Making a list of some size.
#[allow(clippy::unnecessary_wraps)] // the type of every estimator
pub(in crate::cel) fn list_result(size: Range, factor: f64) -> Option<CallEstimate> {
    let cost = size.by(factor).plus(Range::exactly(1 + cost::LIST));
    Some(CallEstimate { cost, result: Some(size) })
}
