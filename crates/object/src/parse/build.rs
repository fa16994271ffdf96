//! One document: parser events to a [`Tree`], within limits.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use finding::{Source, Span};
use granit_parser::{Event, ScalarStyle, StructureStyle, Tag};

use super::characters::Breaks;
use super::document::Failed;
use super::keys::Repeats;
use super::place::Place;
use super::{Dialect, Limits, errors, problem, tags};
use crate::scalar::{LONGEST_INFINITE, is_infinite};
use crate::tree::{Body, NodeData, ROOT, Style, Tree};
use crate::{Problem, ProblemKind};

/// Text of a manifest for each of its nodes, a low estimate.
const BYTES_A_NODE: usize = 32;

pub(super) struct Builder<'s> {
    pub(super) source: &'s Arc<Source>,
    /// The piece of the source that holds the document; byte ranges of events count from its start.
    /// Some of its tabs may be blanks here.
    pub(super) text: &'s str,
    pub(super) base: usize,
    pub(super) dialect: Dialect,
    pub(super) limits: Limits,
    pub(super) tree: Tree,
    pub(super) open: Vec<Frame>,
    /// Children of the open collections, innermost last.
    pub(super) pending: Vec<u32>,
    /// Nodes by the parser's number of their anchor.
    anchors: HashMap<usize, u32>,
    pub(super) copies: usize,
    pub(super) repeats: Repeats,
    pub(super) has_tabs: bool,
    pub(super) breaks: Breaks,
    /// Where the last thing read ends.
    pub(super) end: usize,
    pub(super) failed: Option<Failed>,
}

pub(super) struct Frame {
    pub(super) node: u32,
    /// Where its children start in `pending`.
    mark: usize,
    shape: Shape,
    /// A flow collection ends at its bracket, a block collection with its last child.
    pub(super) flow: bool,
    anchor: usize,
    /// Its merge key (`<<`) waits for its value.
    pub(super) merge: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    List,
    Mapping,
}

pub(super) type Bytes = Range<usize>;

impl<'s> Builder<'s> {
    pub(super) fn new(
        source: &'s Arc<Source>,
        base: usize,
        text: &'s str,
        dialect: Dialect,
        limits: Limits,
    ) -> Self {
        Self {
            source,
            text,
            base,
            dialect,
            limits,
            tree: Tree::new(Arc::clone(source), (text.len() / BYTES_A_NODE).min(1 << 16)),
            open: Vec::new(),
            pending: Vec::new(),
            anchors: HashMap::new(),
            copies: 0,
            repeats: Repeats::default(),
            has_tabs: memchr::memchr(b'\t', text.as_bytes()).is_some(),
            breaks: Breaks::default(),
            end: 0,
            failed: None,
        }
    }

    pub(super) fn take(&mut self, event: Event<'_>, bytes: Bytes) -> Result<(), Problem> {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                self.scalar(value, style, anchor, tag.as_deref(), bytes)
            }
            Event::SequenceStart(style, anchor, _) => self.start(Shape::List, style, anchor, bytes),
            Event::MappingStart(style, anchor, _) => self.start(Shape::Mapping, style, anchor, bytes),
            Event::SequenceEnd | Event::MappingEnd => self.finish(&bytes),
            Event::Anchor(_, name) => self.check_anchor(&name, bytes),
            Event::Alias(anchor) => self.alias(anchor, &bytes),
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
    ) -> Result<(), Problem> {
        let plain = style == ScalarStyle::Plain;
        let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        self.check_tabs(&bytes)?;
        self.check_breaks(bytes.start)?;
        if plain && value.starts_with('?') && self.open.last().is_some_and(|frame| frame.flow) {
            return Err(self.unreadable(bytes, errors::QUESTION.to_owned()));
        }
        if quoted {
            self.breaks.pass_quoted(self.text, bytes.end);
        }
        let (value, typed) = match tag {
            None => (value, if plain { Style::Plain } else { Style::Quoted }),
            Some(tag) => {
                tags::apply(tag, value).map_err(|message| self.unreadable(bytes.clone(), message))?
            }
        };
        let body = match value {
            // A key with nothing after it reads as `~` without bytes of its own.
            _ if plain && bytes.is_empty() => Body::Written { start: 0, end: 0, style: typed },
            Cow::Borrowed(value) => match offset_in(self.text, value) {
                Some(at) => {
                    let start = (self.base + at) as u32;
                    Body::Written { start, end: start + value.len() as u32, style: typed }
                }
                None => self.own(value.into(), typed),
            },
            Cow::Owned(value) => self.own(value.into_boxed_str(), typed),
        };
        let node = self.push(body, if plain || quoted { bytes } else { self.without_margin(bytes) })?;
        if anchor != 0 {
            self.anchors.insert(anchor, node);
        }
        self.add(node)
    }

    /// The bytes of block text up to its last character that is no blank.
    fn without_margin(&self, bytes: Bytes) -> Bytes {
        let written = self.text.get(bytes.clone()).unwrap_or_default();
        bytes.start..bytes.start + written.trim_end_matches(['\n', '\r', ' ', '\t']).len()
    }

    pub(super) fn own(&mut self, text: Box<str>, style: Style) -> Body {
        self.tree.owned.push(text);
        Body::Owned { index: self.tree.owned.len() as u32 - 1, style }
    }

    fn start(
        &mut self,
        shape: Shape,
        style: StructureStyle,
        anchor: usize,
        bytes: Bytes,
    ) -> Result<(), Problem> {
        if self.open.len() >= self.limits.depth {
            return Err(self.unreadable(bytes, errors::too_deep(self.limits.depth)));
        }
        self.check_tabs(&bytes)?;
        let body = match shape {
            Shape::List => Body::Seq { start: 0, len: 0 },
            Shape::Mapping => Body::Map { start: 0, len: 0 },
        };
        let node = self.push(body, bytes)?;
        let flow = style == StructureStyle::Flow;
        self.open.push(Frame { node, mark: self.pending.len(), shape, flow, anchor, merge: false });
        Ok(())
    }

    fn finish(&mut self, bytes: &Bytes) -> Result<(), Problem> {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let mark = frame.mark.min(self.pending.len());
        let last = self.pending.get(mark..).and_then(<[u32]>::last);
        let last_end = last.and_then(|id| self.tree.nodes.get(*id as usize)).map(|last| last.span.end);
        let start = self.tree.children.len() as u32;
        self.tree.children.extend(self.pending.drain(mark..));
        let len = self.tree.children.len() as u32 - start;
        let end = if frame.flow { (self.base + bytes.end) as u32 } else { last_end.unwrap_or(0) };
        if frame.flow {
            self.end = self.end.max(bytes.end);
        }
        if let Some(data) = self.tree.nodes.get_mut(frame.node as usize) {
            data.span.end = end.max(data.span.start);
            data.body = match frame.shape {
                Shape::List => Body::Seq { start, len },
                Shape::Mapping => Body::Map { start, len: len / 2 },
            };
        }
        if frame.shape == Shape::Mapping {
            self.repeats.look_through(self.tree.node(frame.node));
        }
        if frame.anchor != 0 {
            self.anchors.insert(frame.anchor, frame.node);
        }
        self.add(frame.node)
    }

    fn alias(&mut self, anchor: usize, bytes: &Bytes) -> Result<(), Problem> {
        let Some(target) = self.anchors.get(&anchor).copied() else {
            let message = "this alias stands inside its own anchor and would have no end".to_owned();
            return Err(self.unreadable(bytes.clone(), message));
        };
        self.end = self.end.max(bytes.end);
        if self.open.last().is_some_and(|frame| frame.merge) {
            if !matches!(self.body(target), Some(Body::Map { .. })) {
                return Err(self.unreadable(bytes.clone(), errors::MERGE.to_owned()));
            }
            return self.merge(target, bytes);
        }
        let copy = self.copy(target, 0, bytes)?;
        self.add(copy)
    }

    /// Whether the document's root is read and nothing can be added to it.
    ///
    /// Plain text at the root goes on to the end, or to the error that shows it was none.
    pub(super) fn is_complete(&self) -> bool {
        self.open.is_empty() && !self.tree.nodes.is_empty() && self.plain_text(ROOT).is_none()
    }

    /// Hands a finished node to the collection it belongs to.
    fn add(&mut self, node: u32) -> Result<(), Problem> {
        let parent = self.open.last().map_or(ROOT, |frame| frame.node);
        if let Some(data) = self.tree.nodes.get_mut(node as usize) {
            data.parent = parent;
        }
        let frame = self.open.last();
        let in_map = frame.is_some_and(|frame| frame.shape == Shape::Mapping);
        if in_map && frame.is_some_and(|frame| frame.merge) {
            let bytes = self.bytes_of(node);
            return self.merge(node, &bytes);
        }
        let is_key = in_map
            && frame.is_some_and(|frame| self.pending.len().wrapping_sub(frame.mark).is_multiple_of(2));
        if is_key {
            if self.dialect == Dialect::Yaml && self.is_merge_key(node) {
                if let Some(frame) = self.open.last_mut() {
                    frame.merge = true;
                }
                return Ok(());
            }
            self.check_colon(node)?;
            let key = self.as_key(node)?;
            self.pending.push(key);
            return Ok(());
        }
        if self.plain_text_up_to(node, LONGEST_INFINITE).is_some_and(is_infinite) {
            return Err(self.unreadable(self.bytes_of(node), errors::INFINITE.to_owned()));
        }
        if !self.open.is_empty() {
            self.pending.push(node);
        }
        Ok(())
    }

    pub(super) fn push(&mut self, body: Body, bytes: Bytes) -> Result<u32, Problem> {
        if self.tree.nodes.len() >= self.limits.nodes {
            let message = format!("more than {} values in one document", self.limits.nodes);
            return Err(self.unreadable(bytes, message));
        }
        self.check_mark(&bytes)?;
        self.end = self.end.max(bytes.end);
        let span = Span::new((self.base + bytes.start) as u32, (self.base + bytes.end) as u32);
        self.tree.nodes.push(NodeData { span, parent: ROOT, body, shared: false });
        Ok(self.tree.nodes.len() as u32 - 1)
    }

    pub(super) fn body(&self, node: u32) -> Option<Body> {
        self.tree.nodes.get(node as usize).map(|data| data.body)
    }

    /// The text of a scalar that is typed by its looks.
    pub(super) fn plain_text(&self, node: u32) -> Option<&str> {
        match self.body(node)? {
            Body::Written { style: Style::Plain, .. } | Body::Owned { style: Style::Plain, .. } => {
                self.tree.node(node).text()
            }
            _ => None,
        }
    }

    /// The same, if it is no longer than `length`: most is, and needs no look.
    pub(super) fn plain_text_up_to(&self, node: u32, length: usize) -> Option<&str> {
        match self.body(node)? {
            Body::Written { start, end, .. } if (end - start) as usize > length => None,
            _ => self.plain_text(node).filter(|text| text.len() <= length),
        }
    }

    pub(super) fn place_of(&self, node: u32) -> Place<'s> {
        Place::new(self.text, self.bytes_of(node).start)
    }

    pub(super) fn bytes_of(&self, node: u32) -> Bytes {
        let bytes = self.tree.node(node).span().range();
        bytes.start.saturating_sub(self.base)..bytes.end.saturating_sub(self.base)
    }

    pub(super) fn unreadable(&self, bytes: Bytes, message: String) -> Problem {
        self.problem(ProblemKind::Unreadable, bytes, message)
    }

    /// A problem at bytes of the document (not of the source).
    pub(super) fn problem(&self, kind: ProblemKind, bytes: Bytes, message: String) -> Problem {
        problem(self.source, kind, self.base + bytes.start..self.base + bytes.end, message)
    }
}

/// Where `part` stands in `whole`, when it is a slice of it.
fn offset_in(whole: &str, part: &str) -> Option<usize> {
    let at = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    let there = whole.get(at..at + part.len())?;
    std::ptr::eq(there.as_ptr(), part.as_ptr()).then_some(at)
}
