//! Where does one document end and the next begin?
//!
//! kubectl cuts the text at `---` lines before any YAML is read
//! (`k8s.io/apimachinery/pkg/util/yaml`, `YAMLReader`), inside block text and quotes too; so do we,
//! and one broken document cannot take the others with it. Lines end at LF only.

use std::ops::Range;

use memchr::{memchr, memmem};

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
    let mut lines = MarkedLines { text, at: start, mark: memmem::Finder::new("\n---") };
    let mut begin = start;
    let mut waiting = None;
    std::iter::from_fn(move || {
        if let Some(refused) = waiting.take() {
            return Some(refused);
        }
        for line in lines.by_ref() {
            let after = text.get(line.start + MARK.len()..line.end).unwrap_or_default().trim();
            let refused = !after.is_empty() && !after.starts_with('#');
            if !refused && begin == line.start {
                continue;
            }
            let piece = begin..line.start;
            begin = line.end;
            let line = line.start..line.start + text[line.start..line.end].trim_end().len();
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

const MARK: &str = "---";

/// Ranges of the lines that start with a mark, line feed included.
struct MarkedLines<'t> {
    text: &'t str,
    /// Where a line starts.
    at: usize,
    mark: memmem::Finder<'static>,
}

impl Iterator for MarkedLines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let rest = self.text.get(self.at..)?;
        let before = if rest.starts_with(MARK) { 0 } else { self.mark.find(rest.as_bytes())? + 1 };
        let start = self.at + before;
        let length = memchr(b'\n', &rest.as_bytes()[before..]).map_or(rest.len() - before, |end| end + 1);
        self.at = start + length;
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
