//! Which functions does the language itself have?

mod conversions;
mod operators;
mod strings;
mod times;

use super::Function;

/// Every function of the language.
pub(super) const LIBRARIES: &[&[Function]] =
    &[operators::OPERATORS, strings::STRINGS, conversions::CONVERSIONS, times::TIMES];
