//! What does kubectl pass over without a word?
//!
//! It reads the first YAML document of what stands between two `---` lines and stops there.

use std::ops::Range;

use memchr::memmem;

const MESSAGE: &str = "kubectl passes over this text: separate documents with a line `---`";

/// Where the first document ends at the latest: at a line that starts with `...`, wherever it stands.
pub(super) fn marker(text: &str) -> Option<usize> {
    memmem::find_iter(text.as_bytes(), "...").find(|at| starts_line(text, *at) && is_marker(&text[*at..]))
}

/// The first line of content that stands after the document which ends at byte `end`.
pub(super) fn after(text: &str, end: usize) -> Option<(Range<usize>, &'static str)> {
    let mut at = end;
    for line in text.get(end..)?.split_inclusive(['\n', '\r']) {
        let mut rest = line;
        if starts_line(text, at) && (is_marker(line) || line.starts_with("---")) {
            rest = &line[3..];
        }
        let content = rest.trim();
        if !content.is_empty() && !content.starts_with('#') {
            let start = at + line.len() - rest.trim_start().len();
            return Some((start..start + content.len(), MESSAGE));
        }
        at += line.len();
    }
    None
}

fn starts_line(text: &str, at: usize) -> bool {
    at == 0 || matches!(text.as_bytes().get(at - 1), Some(b'\n' | b'\r'))
}

fn is_marker(line: &str) -> bool {
    line.strip_prefix("...").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']))
}
