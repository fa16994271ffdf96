//! Regular expressions in RE2 syntax, with bounded size, matched in linear time.
//!
//! Go's and Rust's engines share their theory and differ in what they read: `\d` is ASCII to one and Unicode to the
//! other, `\<` a character to one and the start of a word to the other. So expressions are translated.

mod class;
mod translate;

use std::any::Any;

use super::Error;
use super::types::Type;
use super::value::{Opaque, Value};

/// Most bytes that a compiled expression may take.
const LARGEST: usize = 10 << 20;
/// How deep groups may nest, as in Go.
const DEEPEST: u32 = 1000;

/// Compiles a regular expression.
pub fn compile(pattern: &str) -> Result<regex::Regex, Error> {
    let wrong = |why: String| Error::new(format!("error parsing regexp: {why}"));
    let translated = translate::translate(pattern).map_err(wrong)?;
    regex::RegexBuilder::new(&translated)
        .size_limit(LARGEST)
        .nest_limit(DEEPEST)
        .build()
        .map_err(|_| wrong(format!("expression nests too deep or is too large: `{pattern}`")))
}

/// A pattern that stands in an expression: compiled with it, and otherwise the string that it is.
#[derive(Debug)]
pub(super) struct Pattern {
    length: u64,
    compiled: regex::Regex,
}

impl Pattern {
    pub(super) fn new(text: &str) -> Result<Self, Error> {
        Ok(Self { length: text.chars().count() as u64, compiled: compile(text)? })
    }
}

impl Opaque for Pattern {
    fn type_of(&self) -> Type {
        Type::String
    }

    fn equals(&self, _: &dyn Opaque) -> bool {
        false
    }

    fn size(&self) -> Option<u64> {
        Some(self.length)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Does something with an argument that is a pattern, compiled already or not.
pub(super) fn with<T>(argument: &Value<'_>, found: impl FnOnce(&regex::Regex) -> T) -> Result<T, Error> {
    match argument.downcast::<Pattern>() {
        Some(pattern) => Ok(found(&pattern.compiled)),
        None => Ok(found(&compile(argument.as_str().ok_or_else(Error::no_such_overload)?)?)),
    }
}

#[cfg(test)]
mod tests;
