//! Where in the text does a character stand, and how is that shown?

use std::fmt;

/// A problem of an expression at a place in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// What is wrong.
    pub message: String,
    /// Line, from 1; 0 when the problem has no place.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The text of the line.
    pub snippet: String,
}

impl fmt::Display for Issue {
    /// As the API server prints it: the message, the line and a caret under the place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST_SNIPPET: usize = 16_384;
        if self.line == 0 {
            return write!(f, "ERROR: <input>:-1:0: {}", self.message);
        }
        write!(f, "ERROR: <input>:{}:{}: {}", self.line, self.column, self.message)?;
        if self.snippet.len() > LONGEST_SNIPPET {
            return Ok(());
        }
        let snippet = self.snippet.replace('\t', " ");
        write!(f, "\n | {snippet}\n | ")?;
        let mut chars = snippet.chars();
        for c in chars.by_ref().take(self.column - 1) {
            f.write_str(if c.len_utf8() > 1 { "\u{ff0e}" } else { "." })?;
        }
        f.write_str(if chars.next().is_some_and(|c| c.len_utf8() > 1) { "\u{ff3e}" } else { "^" })
    }
}

/// The text of an expression as characters, with the beginnings of its lines.
pub(super) struct Source<'t> {
    text: &'t str,
    pub(super) chars: Vec<char>,
    lines: Vec<usize>,
}

/// The place of a problem that concerns the whole text.
pub(super) const NOWHERE: u32 = u32::MAX;

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let mut lines = vec![0];
        lines.extend(chars.iter().enumerate().filter(|(_, c)| **c == '\n').map(|(at, _)| at + 1));
        Self { text, chars, lines }
    }

    /// The text between two characters.
    pub(super) fn slice(&self, start: usize, end: usize) -> String {
        self.chars.get(start..end).unwrap_or_default().iter().collect()
    }

    /// A problem at a character.
    pub(super) fn issue(&self, at: u32, message: impl Into<String>) -> Issue {
        if at == NOWHERE {
            return Issue { message: message.into(), line: 0, column: 1, snippet: String::new() };
        }
        let at = at as usize;
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let snippet = self.text.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
        Issue { message: message.into(), line, column: at - start + 1, snippet: snippet.to_owned() }
    }
}
