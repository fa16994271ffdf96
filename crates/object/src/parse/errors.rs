//! What do we say when YAML does not parse?

use std::ops::Range;

use granit_parser::{ErrorKind, ScanError};

use super::Limits;

pub(super) const MERGE: &str = "a merge key `<<` takes a mapping or a list of mappings";
pub(super) const NULL_KEY: &str = "kubectl refuses `null` as a key; put it in quotes if that is its name";
pub(super) const HUGE_KEY: &str = "kubectl refuses so big a number as a key; put it in quotes";
pub(super) const TAB: &str = "a tab in the indentation, YAML allows only spaces there";
pub(super) const COLON: &str =
    "kubectl takes this colon for a part of the text; put a blank after it, or the text in quotes";
pub(super) const QUESTION: &str = "kubectl takes this `?` for the mark of a key; put the text in quotes";
pub(super) const MARK: &str =
    "a byte order mark that is not at the start; kubectl reads it as a part of the key, remove it";
pub(super) const ENDED: &str = "a document that a `...` line ends before it has begun; remove the `...`";
pub(super) const INFINITE: &str =
    "kubectl refuses this value: JSON has no infinity and no NaN; put it in quotes if it is text";

/// One sentence that names the trouble and, where the text gives it away, the way out.
pub(super) fn describe(error: &ScanError, text: &str, at: usize, limits: Limits) -> (Range<usize>, String) {
    let length = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let what = match error.kind() {
        ErrorKind::RecursionLimitExceeded => too_deep(limits.depth),
        ErrorKind::TabInBlockIndentation => TAB.to_owned(),
        _ => format!("not valid YAML: {}", error.info()),
    };
    let line_start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |n| n + 1);
    let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let what = if what.contains("tab") || !line.trim_start_matches(' ').starts_with('\t') {
        what
    } else {
        format!("{what}; the line is indented with a tab, YAML allows only spaces there")
    };
    let what = if looks_like_template(text) {
        format!("{what}; the text holds template braces `{{{{ }}}}`, render it first (`helm template`)")
    } else {
        what
    };
    (at..at + length, what)
}

pub(super) fn too_deep(depth: usize) -> String {
    format!("more than {depth} collections inside each other")
}

pub(super) fn too_many_copies(copies: usize) -> String {
    format!("aliases and merge keys unfold to more than {copies} values (an alias bomb?)")
}

/// A line that starts with `---` and goes on.
pub(super) fn separator(line: &str) -> String {
    let rest = line.get(3..).unwrap_or_default();
    if rest.starts_with('-') {
        "kubectl takes every line that starts with `---` for a separator and refuses this one; \
         indent it if it is text"
            .to_owned()
    } else {
        format!("kubectl refuses a separator with content; move `{}` to the next line", rest.trim())
    }
}

pub(super) fn collection_as_key(text: &str) -> String {
    if looks_like_template(text) {
        "a mapping as a key; the text holds template braces `{{ }}`, render it first (`helm template`)"
            .to_owned()
    } else {
        "a list or mapping as a key, Kubernetes knows only text".to_owned()
    }
}

/// Whether the text holds the braces of Go templates or Jinja.
fn looks_like_template(text: &str) -> bool {
    text.contains("{{") && text.contains("}}") || text.contains("{%")
}
