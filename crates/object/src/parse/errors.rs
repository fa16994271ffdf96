//! What we refuse that parses as YAML, and the words for it.

use super::place::Place;

pub(super) const TEMPLATE: &str = "the text holds template braces `{{ }}`, render it first (`helm template`)";
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
        // What stands there is not repeated: it may be a credential.
        "kubectl refuses a separator with content; move what follows `---` to the next line".to_owned()
    }
}

/// A list or mapping as a key: templates that were not rendered look so.
pub(super) fn collection_as_key(place: Place<'_>) -> String {
    if place.is_template() {
        format!("a mapping as a key; {TEMPLATE}")
    } else {
        "a list or mapping as a key, Kubernetes knows only text".to_owned()
    }
}
