//! Strings.

use crate::cel::Function;

pub(super) const STRINGS: &[Function] = &[];
