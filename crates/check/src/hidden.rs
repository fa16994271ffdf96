//! What may no report show, whichever checks run?
//!
//! A report shows whole lines. What a check would have said of a credential in one of them must not depend on
//! whether it ran, and what no check speaks of (an annotation, a field that nobody knows) is no less secret.

use std::ops::Range;
use std::sync::Arc;

use finding::{Finding, Source, Span};
use object::{Kind, Limits, Node, Object, Pod, Problem, Version, documents};

use crate::credential::{may_stand_in, suspect, values_in_comment, words_with_shape};
use crate::lines::{Reading, credentials};
use crate::list::checks::{secret_in_args, secret_in_env};
use crate::{Check, Findings, Run, Settings};

/// Credentials of an object wherever they stand, and the values of a Secret.
///
/// `shown` says whether any of these bytes can be shown: what is not need not be looked at.
pub fn hidden(object: &Object, version: Version, shown: &dyn Fn(Span) -> bool) -> Vec<(Arc<Source>, Span)> {
    let mut list = Vec::new();
    for check in [&secret_in_env::CHECK, &secret_in_args::CHECK] {
        by_check(check, object, version, &mut list);
    }
    let mut hidden: Vec<_> =
        list.into_iter().filter_map(|finding| Some((finding.source, finding.secret?))).collect();
    let mut nodes = Vec::new();
    let is_secret = object.kind() == "Secret" && object.group().is_empty();
    for path in ["data", "stringData", "metadata.annotations"].into_iter().filter(|_| is_secret) {
        nodes.extend(object.at(path).into_iter().flat_map(Node::entries).map(|(_, value)| value));
    }
    for variables in object.pods(version).flat_map(Pod::every_container).filter_map(|c| c.at("env")) {
        nodes.extend(in_variables(variables));
    }
    // What an alias repeats stands at its anchor, outside of what holds the alias.
    let may_have_alias = object.source().slice(object.root().span()).contains('*');
    let look = |span: Span| may_have_alias || shown(span);
    in_values(object.root(), Depth::Object, &look, &mut nodes);
    hidden.extend(nodes.into_iter().map(|node| (Arc::clone(node.source()), node.span())));
    hidden
}

fn by_check(check: &'static Check, object: &Object, version: Version, list: &mut Vec<Finding>) {
    let settings = Settings::default();
    if let Run::Pod(run) = check.run {
        for pod in object.pods(version) {
            run(&pod, &mut Findings::new(check, object, (version, &settings), list));
        }
    }
}

/// Whether a text that holds an object of its own, as an annotation does, is looked into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Object,
    TextInObject,
}

/// Values that are credentials by their shape, or by the key or the name they go under.
fn in_values<'a>(node: Node<'a>, depth: Depth, shown: &dyn Fn(Span) -> bool, found: &mut Vec<Node<'a>>) {
    if !shown(node.span()) {
        return;
    }
    let name = node.get("name").and_then(Node::str);
    for (key, value) in node.entries() {
        let key = key.text().unwrap_or_default();
        let named = name.filter(|_| key == "value").unwrap_or(key);
        if value.str().is_some_and(|text| shown(value.span()) && is_secret(named, text, depth)) {
            found.push(value);
        }
        in_values(value, depth, shown, found);
    }
    for item in node.items() {
        if item.str().is_some_and(|text| shown(item.span()) && is_secret("", text, depth)) {
            found.push(item);
        }
        in_values(item, depth, shown, found);
    }
}

fn is_secret(name: &str, text: &str, depth: Depth) -> bool {
    let in_lines = || {
        let structured = text.contains(['\n', '=', '"']);
        structured && credentials(text, Reading::of(name, text)).next().is_some()
    };
    suspect(name, text).is_some()
        || words_with_shape(text).next().is_some()
        || in_lines()
        || (depth == Depth::Object && text.trim_start().starts_with('{') && holds_one(text))
}

/// Whether an object that is written inside of a text, such as the last applied one, has a credential.
fn holds_one(text: &str) -> bool {
    let source = Arc::new(Source::file("value", text.to_owned()));
    let read = documents(&source, Limits::default());
    let has = |node| {
        let mut found = Vec::new();
        in_values(node, Depth::TextInObject, &|_| true, &mut found);
        !found.is_empty()
    };
    let unreadable = read.trees.is_empty() && text.lines().any(may_stand_in);
    unreadable || read.trees.iter().any(|tree| tree.root().kind() == Kind::Map && has(tree.root()))
}

/// Values of variables that a slip keeps from being read as such: a misspelt or repeated key, a mapping
/// instead of a list. They are shown beside the slip, and are no less secret for it.
fn in_variables(variables: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    let look = |name: &str, value: &Node<'_>| value.text().is_some_and(|text| suspect(name, text).is_some());
    for (key, value) in variables.entries() {
        found.extend(Some(value).filter(|value| look(key.text().unwrap_or_default(), value)));
    }
    for item in variables.items() {
        let name = item.get("name").and_then(Node::str).unwrap_or_default();
        for (_, value) in item.entries().filter(|(key, _)| key.text() != Some("name")) {
            let values = std::iter::once(value).chain(value.items());
            found.extend(values.filter(|value| look(name, value)));
        }
    }
    found
}

/// What no report may show of a text that could not be read: nobody knows which of its values are
/// credentials, so a line that may hold one loses all that follows its first colon.
pub fn hidden_in_text(problem: &Problem) -> Vec<(Arc<Source>, Span)> {
    let source = &problem.source;
    let line = |number: u32| source.text().get(source.lines(number, number)).unwrap_or_default();
    let is_secret = document_at(source.text(), problem.span.start as usize).contains("Secret");
    let (first, last) = (source.position(problem.span.start).line, source.position(problem.span.end).line);
    let suspected = |number: &u32| {
        is_secret || [number.saturating_sub(1).max(1), *number].into_iter().any(|n| may_stand_in(line(n)))
    };
    let value = |number: u32| {
        let (bounds, colon) = (source.lines(number, number), line(number).find(':').map_or(0, |at| at + 1));
        (Arc::clone(source), Span::new((bounds.start + colon) as u32, bounds.end as u32))
    };
    (first..=last).filter(suspected).map(value).collect()
}

/// What looks like a credential in the comments of these lines: what is shown beside a finding need not be part of
/// any object.
///
/// A comment is not told from a `#` inside a value: what looks like a credential there is hidden all the same.
pub fn hidden_in_comments(source: &Arc<Source>, lines: Span) -> Vec<(Arc<Source>, Span)> {
    // The line above may say the name of what these begin with.
    let above = source.position(lines.start).line.saturating_sub(1).max(1);
    let mut start = source.lines(above, above).start;
    let text = source.text().get(start..lines.range().end).unwrap_or_default();
    if memchr::memchr(b'#', text.as_bytes()).is_none() {
        return Vec::new();
    }
    let (mut found, mut named) = (Vec::new(), "");
    for line in text.split_inclusive('\n') {
        let (before, comment) = line.split_once('#').unwrap_or((line, ""));
        let at = |range: Range<usize>| {
            let place = start + before.len() + 1;
            Span::new((place + range.start) as u32, (place + range.end) as u32)
        };
        let values = words_with_shape(comment).chain(values_in_comment(comment, named));
        found.extend(values.map(|range| (Arc::clone(source), at(range))));
        named = name_in_comment(comment);
        start += line.len();
    }
    found
}

/// `X` of `# - name: X`.
fn name_in_comment(comment: &str) -> &str {
    let item = comment.trim_start_matches(['#', ' ', '-']);
    let name = item.strip_prefix("name:").unwrap_or_default().trim();
    name.trim_matches(['"', '\''])
}

/// The document around a place, by its separator lines: looking at the whole text for each of a hundred
/// thousand broken documents would take hours.
fn document_at(text: &str, at: usize) -> &str {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before.rfind("\n---").unwrap_or(0);
    let end = after.find("\n---").map_or(text.len(), |length| before.len() + length);
    text.get(start..end).unwrap_or_default()
}
