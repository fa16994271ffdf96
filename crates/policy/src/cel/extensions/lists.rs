//! Lists: parts, order, repetition.

use crate::cel::Function;

pub(super) const LISTS: &[Function] = &[];
