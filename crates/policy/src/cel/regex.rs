//! Regular expressions in RE2 syntax, with bounded size.

use super::Error;

/// Most bytes that a compiled expression may take.
const LARGEST: usize = 10 << 20;

/// Compiles a regular expression.
pub fn compile(pattern: &str) -> Result<regex::Regex, Error> {
    regex::RegexBuilder::new(pattern)
        .size_limit(LARGEST)
        .build()
        .map_err(|_| Error::new(format!("error parsing regexp: `{pattern}`")))
}
