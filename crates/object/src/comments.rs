//! Where does a text hold comments?
//!
//! A `#` is one only outside of scalars, which the trees know: text inside quotes and block text is a
//! value, however much it looks like a comment. A document that could not be read has no trees, and so
//! no comments: nobody knows what its `#` are.

use std::ops::Range;
use std::sync::Arc;

use finding::{Source, Span};

use crate::split::{Cut, cuts};
use crate::tree::{Body, Tree};

/// The comments of a text, from `#` to the end of the line, in order; `trees` are its documents.
pub fn comments(source: &Arc<Source>, trees: &[Arc<Tree>]) -> Vec<Span> {
    let text = source.text();
    let mut scan = Scan { text, scalars: scalars(text, trees), found: Vec::new() };
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    for cut in cuts(text, start) {
        let Cut::Piece(piece) = cut else { continue };
        // Documents stand in the order of the text.
        let first = trees.partition_point(|tree| tree.root().span().range().start < piece.start);
        let roots = trees.iter().skip(first).map(|tree| tree.root().span().range());
        let end = roots.take_while(|root| root.start < piece.end).map(|root| root.end).max();
        let rest = match end {
            Some(end) => {
                let end = line_end(text, end).min(piece.end);
                scan.document(piece.start..end);
                end
            }
            None => piece.start,
        };
        scan.margin(rest..piece.end);
    }
    scan.found
}

struct Scan<'t> {
    text: &'t str,
    /// What no comment can start in, in order.
    scalars: Vec<Range<usize>>,
    found: Vec<Span>,
}

impl Scan<'_> {
    /// Text whose scalars are known.
    fn document(&mut self, range: Range<usize>) {
        let first = self.scalars.partition_point(|scalar| scalar.end <= range.start);
        let mut gaps = Vec::new();
        let mut at = range.start;
        for scalar in self.scalars.iter().skip(first).take_while(|scalar| scalar.start < range.end) {
            gaps.push(at..scalar.start);
            at = at.max(scalar.end);
        }
        gaps.push(at..range.end);
        for gap in gaps {
            self.gap(gap);
        }
    }

    /// Text that holds no scalar.
    fn gap(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while let Some(next) = self.text.get(at..range.end).and_then(|rest| rest.find('#')) {
            let hash = at + next;
            at = if self.is_free(hash) { self.take(hash) } else { hash + 1 };
        }
    }

    /// Blank lines and comment lines, up to the first line of another kind.
    fn margin(&mut self, range: Range<usize>) {
        let mut at = range.start;
        for line in self.text.get(range).unwrap_or_default().split_inclusive(['\n', '\r']) {
            let content = line.strip_prefix("---").unwrap_or(line).trim_start();
            if content.starts_with('#') {
                self.take(at + line.len() - content.len());
            } else if !content.is_empty() {
                return;
            }
            at += line.len();
        }
    }

    /// Whether what stands before a `#` lets it start a comment.
    fn is_free(&self, hash: usize) -> bool {
        let before = self.text.get(..hash).unwrap_or_default();
        before.is_empty() || before.ends_with([' ', '\t', '\n', '\r', '\u{feff}'])
    }

    /// Records the comment that starts at a `#`; returns where it ends.
    fn take(&mut self, hash: usize) -> usize {
        let end = line_end(self.text, hash);
        self.found.push(Span::new(hash as u32, end as u32));
        end
    }
}

fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find(['\n', '\r'])).map_or(text.len(), |length| at + length)
}

/// The bytes of all scalars, in order. The line that announces block text (`|`, `>`) may end in a comment.
fn scalars(text: &str, trees: &[Arc<Tree>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for node in trees.iter().flat_map(|tree| &tree.nodes) {
        let is_scalar = matches!(node.body, Body::Written { .. } | Body::Owned { .. });
        let mut bytes = node.span.range();
        if node.shared || !is_scalar || bytes.is_empty() {
            continue;
        }
        if text.get(bytes.clone()).is_some_and(|written| written.starts_with(['|', '>'])) {
            bytes.start = line_end(text, bytes.start).min(bytes.end);
        }
        found.push(bytes);
    }
    found.sort_by_key(|bytes| (bytes.start, bytes.end));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, documents};

    fn found(text: &str) -> Vec<String> {
        let source = Arc::new(Source::file("a.yaml", text.to_owned()));
        let trees = documents(&source, Limits::default()).trees;
        comments(&source, &trees).into_iter().map(|span| source.slice(span).to_owned()).collect()
    }

    #[test]
    fn comments_stand_on_lines_of_their_own_and_behind_values() {
        assert_eq!(found("# a\nb: c # d\ne: # f\n  - g# h\n  # i\n"), ["# a", "# d", "# f", "# i"]);
        assert_eq!(found("a: [b, # c\n d] # e\r\n#f\r\n"), ["# c", "# e", "#f"]);
        assert_eq!(found("\u{feff}# a\nb: c"), ["# a"]);
    }

    #[test]
    fn text_inside_of_scalars_is_no_comment() {
        assert_eq!(found("a: \"b # c\"\nd: 'e\n  # f'\n"), [""; 0]);
        assert_eq!(found("a: |\n  # b\n\n  # c\n# d\ne: f\n"), ["# d"]);
        assert_eq!(found("a: |  # b\n  # c\ne: >-\n  # d\n  f\n"), ["# b"]);
        assert_eq!(found("{\"a\": \"# b\", \"c\": [\" # d\"]}\n"), [""; 0]);
    }

    #[test]
    fn block_text_ends_where_the_indentation_does() {
        assert_eq!(found("a:\n  b: |\n    # c\n  # d\n  e: f\n"), ["# d"]);
        assert_eq!(found("a:\n  b: |\n    c\n  # d\n"), ["# d"]);
    }

    #[test]
    fn documents_without_content_hold_comments_and_unreadable_ones_hold_none() {
        assert_eq!(found("# a\n---\n# b\nc: d\n---\n# e\n"), ["# a", "# b", "# e"]);
        assert_eq!(found("a: [\n# b\n---\nc: d # e\n"), ["# e"]);
        assert_eq!(found("a: b\n...\n# c\nd: |\n  # e\n"), [""; 0]);
    }
}
