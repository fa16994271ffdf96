//! Which options did the person give, and which of them does the chore not know?
//!
//! A few chores with one or two options each do not need clap: xtask is built before everything else, so it stays small.

use std::fmt;

/// A chore was asked for wrongly; the process ends with 2.
#[derive(Debug)]
pub(crate) struct Usage(String);

impl Usage {
    /// Wraps the sentence that says what is wrong and what to write instead.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// The words after the chore's name; each is taken once, and what is left over is an error.
pub(crate) struct Args {
    chore: &'static str,
    words: Vec<String>,
}

impl Args {
    /// The words given to `chore`.
    pub(crate) fn of(chore: &'static str, words: Vec<String>) -> Self {
        Self { chore, words }
    }

    /// Takes the switch `name`; says whether it was there.
    pub(crate) fn switch(&mut self, name: &str) -> bool {
        let before = self.words.len();
        self.words.retain(|word| word != name);
        self.words.len() < before
    }

    /// Takes `name VALUE` or `name=VALUE`.
    pub(crate) fn value(&mut self, name: &str) -> Result<Option<String>, Usage> {
        let joined = format!("{name}=");
        let Some(at) = self.words.iter().position(|word| word == name || word.starts_with(&joined)) else {
            return Ok(None);
        };
        let word = self.words.remove(at);
        if let Some(value) = word.strip_prefix(&joined) {
            return Ok(Some(value.to_owned()));
        }
        if at < self.words.len() {
            Ok(Some(self.words.remove(at)))
        } else {
            Err(self.wrong(&format!("`{name}` needs a value")))
        }
    }

    /// Takes `name NUMBER`.
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u64>, Usage> {
        let Some(text) = self.value(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.wrong(&format!("`{name} {text}`: not a whole number")))
    }

    /// Takes the first word that is not an option.
    pub(crate) fn word(&mut self) -> Option<String> {
        let at = self.words.iter().position(|word| !word.starts_with('-'))?;
        Some(self.words.remove(at))
    }

    /// Refuses whatever was not taken.
    pub(crate) fn finish(self) -> Result<(), Usage> {
        match self.words.first() {
            None => Ok(()),
            Some(word) => Err(self.wrong(&format!("unexpected `{word}`"))),
        }
    }

    fn wrong(&self, what: &str) -> Usage {
        Usage::new(format!("{what}; see `cargo xtask {} --help`", self.chore))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(line: &str) -> Args {
        Args::of("fuzz", line.split_whitespace().map(str::to_owned).collect())
    }

    #[test]
    fn options_are_taken_in_any_order() {
        let mut given = args("--seconds 30 parse --check");
        assert!(given.switch("--check"));
        assert_eq!(given.number("--seconds").unwrap(), Some(30));
        assert_eq!(given.word().as_deref(), Some("parse"));
        given.finish().unwrap();
        assert_eq!(args("--seconds=5").number("--seconds").unwrap(), Some(5));
    }

    #[test]
    fn what_no_one_takes_is_refused() {
        let error = args("--second 3").finish().unwrap_err();
        assert_eq!(error.to_string(), "unexpected `--second`; see `cargo xtask fuzz --help`");
        assert!(args("--seconds").number("--seconds").is_err());
        assert!(args("--seconds x").number("--seconds").is_err());
    }
}
