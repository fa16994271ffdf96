//! Which libraries of the language's extensions does the API server enable, from which version on?

mod comprehensions;
mod lists;
mod optional;
mod sets;
mod strings;

pub(super) use strings::{Segment, segments};

use super::Function;

/// Every function of these libraries.
pub(super) const LIBRARIES: &[&[Function]] =
    &[optional::OPTIONAL, strings::STRINGS, sets::SETS, comprehensions::COMPREHENSIONS, lists::LISTS];
