//! A byte of a text, and what stands around it.

use std::ops::Range;

/// Where the parser gave up.
#[derive(Clone, Copy)]
pub(super) struct Place<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Place<'t> {
    /// The place at a byte, or at the end of the text.
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        let at = if text.is_char_boundary(at) { at } else { text.len() };
        Self { text, at }
    }

    /// The character that stands there.
    pub(super) fn character(self) -> Range<usize> {
        self.at..self.at + self.text[self.at..].chars().next().map_or(0, char::len_utf8)
    }

    fn line_start(self) -> usize {
        self.text[..self.at].rfind('\n').map_or(0, |end| end + 1)
    }

    /// The line up to the place.
    pub(super) fn before(self) -> &'t str {
        &self.text[self.line_start()..self.at]
    }

    /// The rest of the line, from the place on.
    pub(super) fn after(self) -> &'t str {
        self.text[self.at..].lines().next().unwrap_or_default()
    }

    /// The rest of the line, as far as a message can bear.
    pub(super) fn after_start(self) -> &'t str {
        let line = self.after();
        line.char_indices().nth(60).map_or(line, |(end, _)| &line[..end])
    }

    /// The line above, shortened like the others.
    pub(super) fn line_above(self) -> &'t str {
        let before = self.text[..self.line_start()].trim_end();
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        Self { text: before, at: start }.after_start()
    }

    /// The first tab that indents this line or one of the next few.
    pub(super) fn tab(self) -> Range<usize> {
        let mut start = self.line_start();
        for line in self.text[start..].split_inclusive('\n').take(64) {
            let margin = line.len() - line.trim_start_matches([' ', '\t']).len();
            if let Some(tab) = line[..margin].find('\t') {
                return start + tab..start + tab + 1;
            }
            start += line.len();
        }
        self.character()
    }

    /// Whether the line, or a line of the text of its own, holds the braces of Go templates or Jinja.
    pub(super) fn is_template(self) -> bool {
        let here = format!("{}{}", self.before(), self.after());
        let braces = |line: &str| line.contains("{{") || line.contains("{%");
        braces(&here) || self.text.lines().any(|line| line.trim_start().starts_with("{{") && braces(line))
    }

    /// Whether the text holds the markers that git leaves.
    pub(super) fn is_conflict(self) -> bool {
        self.text.lines().any(|line| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> "))
    }
}
