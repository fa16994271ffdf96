//! How large may the results of string functions be?

use crate::cel::{Argument, CallEstimate, Range, Type};

fn size(arguments: &[Argument<'_>], index: usize) -> Range {
    arguments.get(index).map_or(Range::UNKNOWN, |argument| argument.size)
}

/// `replace`: as long as the text with every match, or every place for none, exchanged.
#[allow(clippy::unnecessary_wraps)] // the type of every estimator
pub(super) fn replaced(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let (text, old, new) = (size(arguments, 0), size(arguments, 1), size(arguments, 2));
    let (mut count, mut kept) = (Range::exactly(0), Range::exactly(0));
    if old.min == 0 {
        count.max = text.max.saturating_add(1);
        kept.max = text.max;
    } else if new.max <= old.min {
        kept.max = text.max;
    } else {
        count.max = divided(text.max, old.min);
    }
    if old.max == 0 {
        count.min = text.min.saturating_add(1);
        kept.min = text.min;
    } else if old.max <= new.min {
        kept.min = text.min;
    } else {
        count.min = divided(text.min, old.max);
    }
    Some(CallEstimate { cost: text.by(0.2), result: Some(count.times(new).plus(kept)) })
}

#[allow(clippy::cast_precision_loss, clippy::cast_sign_loss)] // what the API server computes with
fn divided(a: u64, b: u64) -> u64 {
    (a as f64 / b as f64).ceil() as u64
}

/// `split`: no more parts than characters, or than were asked for.
#[allow(clippy::unnecessary_wraps, clippy::cast_sign_loss)] // a negative count is no limit
pub(super) fn parts(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let text = size(arguments, 0);
    let most = arguments.get(2).and_then(Argument::literal_int).map_or(text.max, |count| count as u64);
    Some(CallEstimate { cost: text.by(0.2), result: Some(Range::new(0, most)) })
}

/// `join`: all elements and the separators between them.
#[allow(clippy::unnecessary_wraps)] // the type of every estimator
pub(super) fn joined(arguments: &[Argument<'_>]) -> Option<CallEstimate> {
    let count = size(arguments, 0);
    let element = arguments.first().map_or(Range::UNKNOWN, |list| list.element_size);
    let is_list = arguments.first().is_some_and(|list| matches!(list.of, Type::List(_)));
    let mut text = if is_list { count.times(element) } else { Range::exactly(0) };
    if let Some(separator) = arguments.get(1) {
        let between = Range::new(count.min.saturating_sub(1), count.max.saturating_sub(1));
        text = text.plus(separator.size.times(between));
    }
    Some(CallEstimate { cost: text.by(0.1), result: Some(text) })
}
