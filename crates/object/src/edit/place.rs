//! Where in the text does a change land, in block and in flow style?

use std::ops::Range;

use finding::{Edit, Source, Span, Value};

use super::{Refused, write};
use crate::tree::{Kind, Node, ROOT, Tree};

/// An edit, and how deep what it inserts is indented: of two insertions at one place the deeper goes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Splice {
    edit: Edit,
    indent: usize,
}

impl Splice {
    fn new(start: usize, end: usize, text: String, indent: usize) -> Self {
        Self { edit: Edit { span: Span::new(start as u32, end as u32), text }, indent }
    }
}

/// The edits in the order of the text, those at one place put together.
pub(super) fn in_order(mut splices: Vec<Splice>) -> Result<Vec<Edit>, Refused> {
    splices.sort_by(|a, b| (a.edit.span, b.indent).cmp(&(b.edit.span, a.indent)));
    let mut edits: Vec<Edit> = Vec::with_capacity(splices.len());
    for Splice { edit, .. } in splices {
        match edits.last_mut() {
            Some(last) if *last == edit && edit.span.start != edit.span.end => {}
            Some(last) if last.span == edit.span && edit.span.start == edit.span.end => {
                last.text.push_str(&edit.text);
            }
            Some(last) if last.span.end > edit.span.start => {
                return Err(Refused("two fixes touch the same text".to_owned()));
            }
            _ => edits.push(edit),
        }
    }
    Ok(edits)
}

/// Whether a collection is written with brackets.
pub(super) fn is_flow(node: Node<'_>) -> bool {
    node.source().slice(node.span()).starts_with(['{', '['])
}

/// Adds entries to a mapping, or to a key without a value.
pub(super) fn insert(base: Node<'_>, entries: &[(String, Value)], json: bool) -> Result<Splice, Refused> {
    let text = Text::of(base);
    if base.kind() == Kind::Null {
        return fill(base, entries, json, text);
    }
    if is_flow(base) {
        return Ok(insert_flow(base, entries, json, text));
    }
    let Some((first, _)) = base.entries().find(|(key, _)| !key.is_shared()) else {
        return Err(Refused("the mapping holds nothing but what an anchor gives it".to_owned()));
    };
    let indent = text.column(first.span().range().start);
    // The bytes of an alias are those of its anchor: where it is the last value, its key is the last of the mapping.
    let last =
        base.entries().filter(|(key, _)| !key.is_shared()).map(|(key, _)| key.span().range().end).max();
    let at = text.line_end(base.span().range().end.max(last.unwrap_or_default()));
    Ok(Splice::new(at, at, lines(entries, indent, text.newline), indent))
}

fn lines(entries: &[(String, Value)], indent: usize, newline: &str) -> String {
    let pad = " ".repeat(indent);
    let line = |(key, value): &(String, Value)| {
        format!("{newline}{pad}{}", write::block(key, value, indent, newline))
    };
    entries.iter().map(line).collect()
}

/// `key:` without a value, or with a written `null`.
fn fill(base: Node<'_>, entries: &[(String, Value)], json: bool, text: Text<'_>) -> Result<Splice, Refused> {
    let span = base.span().range();
    let key = base.key().ok_or_else(|| Refused("there is `null` where a mapping is expected".to_owned()))?;
    let in_flow = base.parent().is_some_and(is_flow);
    if !span.is_empty() || in_flow {
        return Ok(text.put(base, &write::inline(&Value::Map(entries.to_vec()), json)));
    }
    let indent = text.column(key.span().range().start) + 2;
    let at = text.line_end(key.span().range().end);
    Ok(Splice::new(at, at, lines(entries, indent, text.newline), indent))
}

fn insert_flow(base: Node<'_>, entries: &[(String, Value)], json: bool, text: Text<'_>) -> Splice {
    let entry = |(key, value): &(String, Value)| {
        format!("{}: {}", write::string(key, json), write::inline(value, json))
    };
    let entries: Vec<String> = entries.iter().map(entry).collect();
    match base.entries().last() {
        None => {
            let at = base.span().range().start + 1;
            Splice::new(at, at, entries.join(", "), 0)
        }
        Some((key, value)) => {
            let at = value.span().range().end.max(key.span().range().end);
            let gap = text.gap_before(key.span().range().start);
            Splice::new(at, at, entries.iter().flat_map(|entry| [",", &gap, entry]).collect(), 0)
        }
    }
}

/// Adds an item to a list.
pub(super) fn append(list: Node<'_>, item: &Value, json: bool) -> Result<Splice, Refused> {
    let text = Text::of(list);
    if list.kind() == Kind::Null {
        return Ok(text.put(list, &format!("[{}]", write::inline(item, json))));
    }
    if list.kind() != Kind::Seq {
        return Err(Refused(format!("there is {} where a list is expected", list.kind().word())));
    }
    let item = write::inline(item, json);
    let Some(final_item) = list.items().next_back() else {
        let at = list.span().range().start + 1;
        return Ok(Splice::new(at, at, item, 0));
    };
    if is_flow(list) {
        let at = final_item.span().range().end;
        return Ok(Splice::new(
            at,
            at,
            format!(",{}{item}", text.gap_before(final_item.span().range().start)),
            0,
        ));
    }
    let start = final_item.span().range().start;
    let dash = text.line_before(start).rfind("- ");
    let column =
        dash.ok_or_else(|| Refused("the list is laid out in a way that is not edited".to_owned()))?;
    let at = text.line_end(final_item.span().range().end);
    Ok(Splice::new(at, at, format!("{}{}- {item}", text.newline, " ".repeat(column)), column))
}

/// Puts another value in the place of a scalar or of a collection on one line.
pub(super) fn replace(node: Node<'_>, value: &Value, json: bool) -> Result<Splice, Refused> {
    let text = Text::of(node);
    let written = node.source().slice(node.span());
    let block = matches!(node.kind(), Kind::Seq | Kind::Map) && !is_flow(node);
    if block || text.is_block_scalar(node) || written.contains('#') && written.contains('\n') {
        return Err(Refused("the value is laid out over several lines".to_owned()));
    }
    Ok(text.put(node, &write::inline(value, json)))
}

/// Calls a key by another name.
pub(super) fn rename(node: Node<'_>, name: &str, json: bool) -> Result<Splice, Refused> {
    let key = node.key().ok_or_else(|| Refused("there is no key to rename".to_owned()))?;
    let span = key.span().range();
    Ok(Splice::new(span.start, span.end, write::string(name, json), 0))
}

/// Takes a field or a list item away, and whatever it leaves empty; comments stay, on lines of their own.
pub(super) fn remove(tree: &Tree, node: Node<'_>) -> Result<Splice, Refused> {
    let whole = outermost(node);
    if whole.id() == ROOT || whole.is_shared() {
        return Err(Refused("nothing would be left".to_owned()));
    }
    let parent = whole.parent().unwrap_or(tree.root());
    let text = Text::of(whole);
    let start = whole.key().unwrap_or(whole).span().range().start;
    let end = whole.span().range().end.max(whole.key().map_or(0, |key| key.span().range().end));
    if is_flow(parent) {
        return Ok(remove_flow(parent, start, end, text));
    }
    if text.is_block_scalar(whole) {
        return Err(Refused("the value is laid out over several lines".to_owned()));
    }
    let line = text.line_start(start);
    let lead = text.line_before(start);
    let comments = text.comments(start, text.line_end(end), &" ".repeat(text.column(start)));
    let after = text.line_end(end) + text.newline_at(text.line_end(end));
    match (lead.trim(), whole.key()) {
        ("", Some(_)) | ("-", None) => Ok(Splice::new(line, after, comments, 0)),
        // The first key behind a dash: the next key takes its place.
        (_, Some(_)) => {
            let next = parent.entries().find(|(key, _)| key.span().range().start >= end);
            let (next, _) =
                next.ok_or_else(|| Refused("nothing would be left of the list item".to_owned()))?;
            let next = next.span().range().start;
            let indent = " ".repeat(text.column(start));
            // The first comment stays behind the dash.
            let mut comments = text.comments(start, next, &indent);
            if !comments.is_empty() {
                comments = format!("{}{indent}", comments.trim_start());
            }
            Ok(Splice::new(start, next, comments, 0))
        }
        _ => Err(Refused("the list is laid out in a way that is not edited".to_owned())),
    }
}

/// The highest node that holds nothing else.
fn outermost(node: Node<'_>) -> Node<'_> {
    let mut whole = node;
    while let Some(parent) = whole.parent() {
        let alone = match parent.kind() {
            Kind::Map => parent.entries().count() == 1,
            _ => parent.items().len() == 1,
        };
        // An empty item of a list of objects would mean something else than no item.
        if !alone || parent.id() == ROOT || parent.key().is_none() {
            break;
        }
        whole = parent;
    }
    whole
}

fn remove_flow(parent: Node<'_>, start: usize, end: usize, text: Text<'_>) -> Splice {
    let entries: Vec<(usize, usize)> = match parent.kind() {
        Kind::Map => parent
            .entries()
            .map(|(key, value)| {
                (key.span().range().start, value.span().range().end.max(key.span().range().end))
            })
            .collect(),
        _ => parent.items().map(|item| (item.span().range().start, item.span().range().end)).collect(),
    };
    let at = entries.iter().position(|(first, _)| *first == start).unwrap_or(0);
    let before = at.checked_sub(1).and_then(|at| entries.get(at));
    let (from, to) = match (before, entries.get(at + 1)) {
        (_, Some((next, _))) => (start, *next),
        (Some((_, before)), None) => (*before, end),
        (None, None) => (start, end),
    };
    // What stands behind a comment must begin a line.
    let indent = " ".repeat(text.indent(to));
    let mut comments = text.comments(from, to, &indent);
    if !comments.is_empty() {
        comments = format!(" {}{indent}", comments.trim_start());
    }
    Splice::new(from, to, comments, 0)
}

/// The text around a node. Lines are looked up, not searched for: a whole document may stand on one.
#[derive(Clone, Copy)]
struct Text<'a> {
    source: &'a Source,
    newline: &'static str,
}

impl<'a> Text<'a> {
    fn of(node: Node<'a>) -> Self {
        let source = node.source();
        let number = source.position(node.span().start).line;
        let line = |number: u32| source.text().get(source.lines(number, number)).unwrap_or_default();
        let ended = Some(line(number)).filter(|line| line.ends_with('\n'));
        let crlf = ended.unwrap_or_else(|| line(number.saturating_sub(1).max(1))).ends_with("\r\n");
        Self { source, newline: if crlf { "\r\n" } else { "\n" } }
    }

    fn line(self, at: usize) -> Range<usize> {
        let number = self.source.position(at as u32).line;
        self.source.lines(number, number)
    }

    fn line_start(self, at: usize) -> usize {
        self.line(at).start
    }

    /// Before the line break, and before the `\r` of one.
    fn line_end(self, at: usize) -> usize {
        let line = self.source.text().get(at..self.line(at).end).unwrap_or_default();
        let line = line.strip_suffix('\n').unwrap_or(line);
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    fn newline_at(self, at: usize) -> usize {
        let rest = self.source.text().get(at..).unwrap_or_default();
        if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) }
    }

    fn line_before(self, at: usize) -> &'a str {
        self.source.text().get(self.line_start(at)..at).unwrap_or_default().trim_start_matches('\u{feff}')
    }

    fn column(self, at: usize) -> usize {
        self.line_before(at).chars().count()
    }

    /// How far the line of a place is indented.
    fn indent(self, at: usize) -> usize {
        let line = self.source.text().get(self.line_start(at)..self.line_end(at)).unwrap_or_default();
        line.chars().take_while(|c| *c == ' ').count()
    }

    /// What separates entries of a flow collection: a blank, or a line break with the same indentation.
    fn gap_before(self, at: usize) -> String {
        let lead = self.line_before(at);
        if lead.trim().is_empty() && self.line_start(at) > 0 {
            format!("{}{lead}", self.newline)
        } else {
            " ".to_owned()
        }
    }

    /// A value in the place of a node; behind the colon where nothing is written.
    fn put(self, node: Node<'_>, value: &str) -> Splice {
        let span = node.span().range();
        let Some(key) = node.key().filter(|_| span.is_empty()) else {
            return Splice::new(span.start, span.end, value.to_owned(), 0);
        };
        let from = key.span().range().end;
        let colon =
            self.source.text().get(from..).and_then(|rest| rest.find(':')).map_or(from, |n| from + n + 1);
        Splice::new(colon, colon, format!(" {value}"), 0)
    }

    /// Whether the value is introduced by `|` or `>`.
    fn is_block_scalar(self, node: Node<'_>) -> bool {
        let Some(key) = node.key() else { return false };
        let between =
            self.source.text().get(key.span().range().end..node.span().range().start).unwrap_or_default();
        between.contains(['|', '>'])
    }

    /// The comments between two places, each on a line of its own.
    fn comments(self, start: usize, end: usize, indent: &str) -> String {
        let stretch = self.source.text().get(start..end).unwrap_or_default();
        let comment = |line: &str| {
            let at = line.match_indices('#').map(|(at, _)| at).find(|at| {
                let before = line.get(..*at).unwrap_or_default();
                let quotes = |quote: char| before.chars().filter(|c| *c == quote).count() % 2 == 1;
                (before.is_empty() || before.ends_with([' ', '\t'])) && !quotes('"') && !quotes('\'')
            })?;
            line.get(at..).map(|comment| format!("{indent}{}{}", comment.trim_end(), self.newline))
        };
        stretch.lines().filter_map(comment).collect()
    }
}
