//! One document: parser events to a [`Tree`], within limits.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use finding::{Source, Span};
use granit_parser::{Event, Parser, ScalarStyle, ScanError, Tag};

use super::{Limits, errors, problem};
use crate::tree::{Body, Kind, NodeData, ROOT, Style, Tree, push_key};
use crate::{Problem, ProblemKind};

/// Above this many keys a hash set finds the duplicates.
const MANY_KEYS: usize = 12;

pub(super) enum Document {
    /// Comments and blanks only.
    Empty,
    /// The document, and where its root ends in the source.
    Tree { tree: Tree, end: usize },
}

/// Reads the first document of `text`, which stands at byte `base` of the source.
pub(super) fn document(
    source: &Arc<Source>,
    base: usize,
    text: &str,
    limits: Limits,
    problems: &mut Vec<Problem>,
) -> Result<Document, Problem> {
    let mut builder = Builder {
        source,
        base,
        limits,
        tree: Tree::new(Arc::clone(source)),
        open: Vec::new(),
        pending: Vec::new(),
        anchors: HashMap::new(),
        copies: 0,
        repeated: Vec::new(),
        end: 0,
    };
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: limits.depth,
        block_nesting_limit: limits.depth,
        block_scalar_eof_without_line_feed: true,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut complete = false;
    while let Some(next) = parser.next_event() {
        let (event, span) = match next {
            Ok(next) => next,
            // JSON objects may follow each other without a separator; they are read one by one.
            Err(_) if complete && builder.json_follows(text) => break,
            Err(error) => return Err(builder.syntax(&error, text)),
        };
        let bytes = span.byte_range().unwrap_or(0..0);
        match event {
            Event::DocumentStart(..) if complete => {
                problems.push(ignored(source, base + bytes.start));
                break;
            }
            Event::StreamEnd => break,
            event => builder.take(event, bytes, text)?,
        }
        complete = complete || (builder.open.is_empty() && !builder.tree.nodes.is_empty());
        if complete && builder.json_follows(text) {
            break;
        }
    }
    let Builder { tree, end, repeated, .. } = builder;
    problems.extend(repeated.into_iter().map(|key| duplicate(&tree, key)));
    Ok(if tree.nodes.is_empty() { Document::Empty } else { Document::Tree { tree, end } })
}

struct Builder<'s> {
    source: &'s Arc<Source>,
    base: usize,
    limits: Limits,
    tree: Tree,
    open: Vec<Frame>,
    /// Children of the open collections, innermost last.
    pending: Vec<u32>,
    anchors: HashMap<usize, u32>,
    copies: usize,
    /// Keys that stand in their mapping for the second time.
    repeated: Vec<u32>,
    /// Byte of the source where the last thing read ends.
    end: usize,
}

struct Frame {
    node: u32,
    /// Where its children start in `pending`.
    mark: usize,
    /// A flow collection ends at its bracket, a block collection with its last child.
    flow: bool,
    anchor: usize,
    /// Key of a merge (`<<`) that waits for its value.
    merge: bool,
}

type Bytes = std::ops::Range<usize>;

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, bytes: Bytes, text: &str) -> Result<(), Problem> {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                self.scalar(value, style, anchor, tag.as_deref(), bytes, text)
            }
            Event::SequenceStart(style, anchor, _) => {
                self.start(Body::Seq { start: 0, len: 0 }, style, anchor, bytes)
            }
            Event::MappingStart(style, anchor, _) => {
                self.start(Body::Map { start: 0, len: 0 }, style, anchor, bytes)
            }
            Event::SequenceEnd | Event::MappingEnd => self.finish(bytes),
            Event::Alias(anchor) => self.alias(anchor, bytes),
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        value: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        bytes: Bytes,
        text: &str,
    ) -> Result<(), Problem> {
        let plain = style == ScalarStyle::Plain;
        let string_tag = tag.is_some_and(|tag| matches!(tag.core_suffix(), Some("str" | "binary")));
        let typed = if plain && !string_tag { Style::Plain } else { Style::Quoted };
        // A key with nothing after it reads as `~` without bytes of its own.
        let absent = plain && bytes.is_empty();
        let body = match value {
            _ if absent => Body::Written { start: 0, end: 0, style: typed },
            Cow::Borrowed(value) => match offset_in(text, value) {
                Some(at) => {
                    let start = (self.base + at) as u32;
                    Body::Written { start, end: start + value.len() as u32, style: typed }
                }
                None => self.own(value.into(), typed),
            },
            Cow::Owned(value) => self.own(value.into_boxed_str(), typed),
        };
        let written = text.get(bytes.clone()).unwrap_or_default();
        let bytes = bytes.start..bytes.start + written.trim_end_matches(['\n', '\r', ' ', '\t']).len();
        let node = self.push(body, bytes)?;
        if anchor != 0 {
            self.anchors.insert(anchor, node);
        }
        self.add(node)
    }

    fn own(&mut self, text: Box<str>, style: Style) -> Body {
        self.tree.owned.push(text);
        Body::Owned { index: self.tree.owned.len() as u32 - 1, style }
    }

    fn start(
        &mut self,
        body: Body,
        style: granit_parser::StructureStyle,
        anchor: usize,
        bytes: Bytes,
    ) -> Result<(), Problem> {
        if self.open.len() >= self.limits.depth {
            let message = format!("more than {} collections inside each other", self.limits.depth);
            return Err(self.unreadable(bytes, message));
        }
        let node = self.push(body, bytes)?;
        let flow = style == granit_parser::StructureStyle::Flow;
        self.open.push(Frame { node, mark: self.pending.len(), flow, anchor, merge: false });
        Ok(())
    }

    fn finish(&mut self, bytes: Bytes) -> Result<(), Problem> {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let kids: Vec<u32> = self.pending.split_off(frame.mark.min(self.pending.len()));
        let last = kids.last().and_then(|id| self.tree.nodes.get(*id as usize)).map(|last| last.span.end);
        let start = self.tree.children.len() as u32;
        let len = kids.len() as u32;
        self.tree.children.extend(kids);
        let end = if frame.flow { (self.base + bytes.end) as u32 } else { last.unwrap_or(0) };
        if let Some(data) = self.tree.nodes.get_mut(frame.node as usize) {
            data.span.end = end.max(data.span.start);
            self.end = self.end.max(data.span.end as usize);
            data.body = match data.body {
                Body::Seq { .. } => Body::Seq { start, len },
                _ => Body::Map { start, len: len / 2 },
            };
        }
        self.duplicates(frame.node);
        if frame.anchor != 0 {
            self.anchors.insert(frame.anchor, frame.node);
        }
        self.add(frame.node)
    }

    fn alias(&mut self, anchor: usize, bytes: Bytes) -> Result<(), Problem> {
        let Some(target) = self.anchors.get(&anchor).copied() else {
            let message = "an alias inside its own anchor has no end".to_owned();
            return Err(self.unreadable(bytes, message));
        };
        self.end = self.end.max(self.base + bytes.end);
        if self.open.last().is_some_and(|frame| frame.merge) {
            return self.merge(target, &bytes);
        }
        let copy = self.copy(target, 0, &bytes)?;
        self.add(copy)
    }

    /// Hands a finished node to the collection it belongs to.
    fn add(&mut self, node: u32) -> Result<(), Problem> {
        let parent = self.open.last().map_or(ROOT, |frame| frame.node);
        if let Some(data) = self.tree.nodes.get_mut(node as usize) {
            data.parent = parent;
        }
        let Some(frame) = self.open.last_mut() else { return Ok(()) };
        let in_map =
            matches!(self.tree.nodes.get(frame.node as usize).map(|n| n.body), Some(Body::Map { .. }));
        if in_map && frame.merge {
            let bytes = self.bytes_of(node);
            return self.merge(node, &bytes);
        }
        if in_map && (self.pending.len() - frame.mark).is_multiple_of(2) {
            let key = self.tree.node(node);
            if matches!(key.kind(), Kind::Seq | Kind::Map) {
                let bytes = self.bytes_of(node);
                return Err(self.unreadable(bytes, collection_as_key(self.source.text())));
            }
            if is_merge_key(&self.tree, node) {
                frame.merge = true;
                return Ok(());
            }
        }
        self.pending.push(node);
        Ok(())
    }

    /// Puts copies of the entries of `<<: value` where the merge key stands.
    ///
    /// The reader that Kubernetes uses sets keys in the order of the text, so a merge after a key
    /// overrides that key; of several merged mappings the first one wins.
    fn merge(&mut self, value: u32, bytes: &Bytes) -> Result<(), Problem> {
        let sources: Vec<u32> = match self.tree.nodes.get(value as usize).map(|node| node.body) {
            Some(Body::Seq { start, len }) => self.tree.kids(start, len).iter().rev().copied().collect(),
            _ => vec![value],
        };
        for map in sources {
            let Some(Body::Map { start, len }) = self.tree.nodes.get(map as usize).map(|node| node.body)
            else {
                let message = "a merge key `<<` takes a mapping or a list of mappings".to_owned();
                return Err(self.unreadable(bytes.clone(), message));
            };
            let parent = self.open.last().map_or(ROOT, |frame| frame.node);
            for kid in self.tree.kids(start, len * 2).to_vec() {
                let copy = self.copy(kid, 0, bytes)?;
                if let Some(data) = self.tree.nodes.get_mut(copy as usize) {
                    data.parent = parent;
                }
                self.pending.push(copy);
            }
        }
        if let Some(frame) = self.open.last_mut() {
            frame.merge = false;
        }
        Ok(())
    }

    /// A deep copy, marked as shared. Depth is bounded by the tree's own, work by `Limits::copies`.
    fn copy(&mut self, node: u32, depth: usize, bytes: &Bytes) -> Result<u32, Problem> {
        self.copies += 1;
        if self.copies > self.limits.copies || self.open.len() + depth > self.limits.depth {
            let message = "aliases unfold to more than any manifest needs (an alias bomb?)".to_owned();
            return Err(self.unreadable(bytes.clone(), message));
        }
        let Some(mut data) = self.tree.nodes.get(node as usize).copied() else { return Ok(ROOT) };
        data.shared = true;
        let copy = self.tree.nodes.len() as u32;
        self.tree.nodes.push(data);
        let (start, len) = match data.body {
            Body::Seq { start, len } => (start, len),
            Body::Map { start, len } => (start, len * 2),
            _ => return Ok(copy),
        };
        let mut kids = Vec::with_capacity(len as usize);
        for kid in self.tree.kids(start, len).to_vec() {
            let kid = self.copy(kid, depth + 1, bytes)?;
            if let Some(data) = self.tree.nodes.get_mut(kid as usize) {
                data.parent = copy;
            }
            kids.push(kid);
        }
        let start = self.tree.children.len() as u32;
        self.tree.children.extend(kids);
        if let Some(data) = self.tree.nodes.get_mut(copy as usize) {
            data.body = match data.body {
                Body::Map { len, .. } => Body::Map { start, len },
                _ => Body::Seq { start, len },
            };
        }
        Ok(copy)
    }

    fn push(&mut self, body: Body, bytes: Bytes) -> Result<u32, Problem> {
        if self.tree.nodes.len() >= self.limits.nodes {
            let message = format!("more than {} values in one document", self.limits.nodes);
            return Err(self.unreadable(bytes, message));
        }
        let span = Span::new((self.base + bytes.start) as u32, (self.base + bytes.end) as u32);
        self.end = self.end.max(self.base + bytes.end);
        self.tree.nodes.push(NodeData { span, parent: ROOT, body, shared: false });
        Ok(self.tree.nodes.len() as u32 - 1)
    }

    /// Notes every key that stands twice; keys that a merge brought in do not count.
    fn duplicates(&mut self, map: u32) {
        let mut repeated = Vec::new();
        let map = self.tree.node(map);
        let keys: Vec<_> = map.entries().map(|(key, _)| key).filter(|key| !key.is_shared()).collect();
        let mut seen = HashSet::new();
        for (index, key) in keys.iter().enumerate() {
            let again = if keys.len() > MANY_KEYS {
                !seen.insert(key.key_text())
            } else {
                keys.iter().take(index).any(|other| other.key_text() == key.key_text())
            };
            if again {
                repeated.push(key.id());
            }
        }
        self.repeated.extend(repeated);
    }

    fn json_follows(&self, text: &str) -> bool {
        let rest = self.end.checked_sub(self.base).and_then(|at| text.get(at..)).unwrap_or_default();
        text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
            && rest.trim_start().starts_with('{')
    }

    fn syntax(&self, error: &ScanError, text: &str) -> Problem {
        let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
        let length = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        self.unreadable(at..at + length, errors::describe(error, text, at))
    }

    /// A problem at bytes of the document (not of the source).
    fn unreadable(&self, bytes: Bytes, message: String) -> Problem {
        let bytes = self.base + bytes.start..self.base + bytes.end;
        problem(self.source, ProblemKind::Unreadable, bytes, message)
    }

    fn bytes_of(&self, node: u32) -> Bytes {
        let bytes = self.tree.node(node).span().range();
        bytes.start.saturating_sub(self.base)..bytes.end.saturating_sub(self.base)
    }
}

fn ignored(source: &Arc<Source>, at: usize) -> Problem {
    let message = "kubectl passes over this text: separate documents with a line `---`".to_owned();
    problem(source, ProblemKind::Ignored, at..at + 1, message)
}

fn duplicate(tree: &Tree, key: u32) -> Problem {
    let key = tree.node(key);
    let mut field = key.parent().map(|map| map.path_from(tree.root())).unwrap_or_default();
    push_key(&mut field, &key.key_text());
    Problem {
        kind: ProblemKind::DuplicateKey,
        source: Arc::clone(tree.source()),
        span: key.span(),
        message: format!("key `{}` stands twice in this mapping, the last one wins", key.key_text()),
        field,
    }
}

fn is_merge_key(tree: &Tree, node: u32) -> bool {
    let plain = tree.nodes.get(node as usize).is_some_and(|data| {
        matches!(
            data.body,
            Body::Written { style: Style::Plain, .. } | Body::Owned { style: Style::Plain, .. }
        )
    });
    plain && tree.node(node).text() == Some("<<")
}

fn collection_as_key(text: &str) -> String {
    if errors::looks_like_template(text) {
        "a mapping as a key; the text holds template braces `{{ }}`, render it first (`helm template`)"
            .to_owned()
    } else {
        "a list or mapping as a key, Kubernetes knows only string keys".to_owned()
    }
}

/// Where `part` stands in `whole`, when it is a slice of it.
fn offset_in(whole: &str, part: &str) -> Option<usize> {
    let at = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    (whole.get(at..at + part.len())? == part).then_some(at)
}
