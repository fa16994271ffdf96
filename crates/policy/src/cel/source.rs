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
    /// Where each character begins and the last one ends, in bytes; empty where every character is one byte.
    bytes: Vec<usize>,
    lines: Vec<usize>,
}

/// The place of a problem that concerns the whole text.
pub(super) const NOWHERE: u32 = u32::MAX;

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let mut lines = vec![0];
        lines.extend(chars.iter().enumerate().filter(|(_, c)| **c == '\n').map(|(at, _)| at + 1));
        let is_plain = chars.len() == text.len();
        let ends = || text.char_indices().map(|(at, _)| at).chain([text.len()]);
        Self { text, bytes: if is_plain { Vec::new() } else { ends().collect() }, chars, lines }
    }

    /// The text between two characters; nothing when there are not that many.
    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        let byte = |at: usize| if self.bytes.is_empty() { Some(at) } else { self.bytes.get(at).copied() };
        byte(start).zip(byte(end)).and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
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
