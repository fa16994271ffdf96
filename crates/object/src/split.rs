//! Where does one document end and the next begin?
//!
//! kubectl cuts the text at `---` lines before any YAML is read
//! (`k8s.io/apimachinery/pkg/util/yaml`, `YAMLReader`), inside block text and quotes too; so do we,
//! and one broken document cannot take the others with it. Lines end at LF only.

use std::ops::Range;

/// What stands between separators, and separators that kubectl refuses; byte ranges of the whole text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Text of one YAML stream. A marker that opens the text belongs to it, as it does in kubectl.
    Piece(Range<usize>),
    /// A line that starts with `---` and goes on with content.
    Refused(Range<usize>),
}

/// Cuts the text from byte `start` on; pieces without content included.
pub(crate) fn cuts(text: &str, start: usize) -> impl Iterator<Item = Cut> {
    let mut lines = Lines { text, at: start };
    let mut begin = start;
    let mut waiting = None;
    std::iter::from_fn(move || {
        if let Some(refused) = waiting.take() {
            return Some(refused);
        }
        for line in lines.by_ref() {
            let Some(after) = text.get(line.clone()).and_then(|line| line.strip_prefix("---")) else {
                continue;
            };
            let after = after.trim();
            let refused = !after.is_empty() && !after.starts_with('#');
            if !refused && begin == line.start {
                continue;
            }
            let piece = begin..line.start;
            begin = line.end;
            let line = line.start..line.start + 3 + text[line.start + 3..line.end].trim_end().len();
            if !refused {
                return Some(Cut::Piece(piece));
            }
            if piece.is_empty() {
                return Some(Cut::Refused(line));
            }
            waiting = Some(Cut::Refused(line));
            return Some(Cut::Piece(piece));
        }
        let piece = begin..text.len();
        begin = text.len();
        (!piece.is_empty()).then_some(Cut::Piece(piece))
    })
}

/// Ranges of lines, line feed included.
struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
        Some(start..self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cut, cuts};

    /// Pieces as they are, refused separators after an exclamation mark.
    fn split(text: &str) -> Vec<String> {
        let show = |cut| match cut {
            Cut::Piece(range) => text[range].to_owned(),
            Cut::Refused(range) => format!("!{}", &text[range]),
        };
        cuts(text, 0).map(show).collect()
    }

    #[test]
    fn separator_lines_may_hold_blanks_and_a_comment_but_no_content() {
        assert_eq!(split("a: 1\n---\nb: 2\n"), ["a: 1\n", "b: 2\n"]);
        assert_eq!(split("a: 1\r\n--- # next\r\nb: 2"), ["a: 1\r\n", "b: 2"]);
        assert_eq!(split("a: 1\n--- b\nc: ---\n ---\n"), ["a: 1\n", "!--- b", "c: ---\n ---\n"]);
        assert_eq!(split("a: |\n-----BEGIN X\n"), ["a: |\n", "!-----BEGIN X"]);
    }

    #[test]
    fn a_marker_with_nothing_before_it_opens_the_piece() {
        assert_eq!(split("---\na: 1\n"), ["---\na: 1\n"]);
        assert_eq!(split("---\n---\n---\n"), ["---\n", "---\n"]);
        assert_eq!(split("a: 1\n---"), ["a: 1\n"]);
        assert_eq!(split(""), [""; 0]);
    }
}
