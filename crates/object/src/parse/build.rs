//! One document: parser events to a [`Tree`], within limits.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use finding::{Source, Span};
use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, StructureStyle, Tag};

use super::characters::Breaks;
use super::keys::Repeats;
use super::place::Place;
use super::{Dialect, Limits, brackets, characters, dropped, errors, problem, syntax, tags};
use crate::scalar::is_infinite;
use crate::tree::{Body, Kind, NodeData, ROOT, Style, Tree};
use crate::{Problem, ProblemKind};

/// Characters before the `:` of a YAML key that no `?` announces (YAML 1.1, 9.3); JSON knows no limit.
const KEY_LENGTH: usize = 1024;

/// Attempts at one document; see [`Builder::rescue`].
const ATTEMPTS: usize = 16;

/// Reads the first document of a range of the source; `None` when it holds comments and blanks only.
pub(super) fn document(
    source: &Arc<Source>,
    range: Range<usize>,
    dialect: Dialect,
    limits: Limits,
    problems: &mut Vec<Problem>,
) -> Result<Option<Tree>, Problem> {
    let whole = source.text().get(range.clone()).unwrap_or_default();
    let mut text = Cow::Borrowed(whole);
    for _ in 0..ATTEMPTS {
        let mut builder = Builder::new(source, range.start, &text, dialect, limits);
        let problem = match builder.run() {
            Ok(stop) => return builder.close(whole, stop, problems),
            Err(problem) => problem,
        };
        match builder.rescue() {
            Some(rescued) => text = Cow::Owned(rescued),
            None => return Err(problem),
        }
    }
    Err(problem(source, ProblemKind::Unreadable, range.start..range.start, errors::TAB.to_owned()))
}

pub(super) struct Builder<'s> {
    source: &'s Arc<Source>,
    /// The piece of the source that holds the document; byte ranges of events count from its start.
    /// Some of its tabs may be blanks here.
    text: &'s str,
    base: usize,
    dialect: Dialect,
    pub(super) limits: Limits,
    pub(super) tree: Tree,
    pub(super) open: Vec<Frame>,
    /// Children of the open collections, innermost last.
    pub(super) pending: Vec<u32>,
    /// Nodes by the parser's number of their anchor.
    anchors: HashMap<usize, u32>,
    pub(super) copies: usize,
    repeats: Repeats,
    breaks: Breaks,
    /// Where the last thing read ends.
    end: usize,
    failed: Option<Failed>,
}

/// Where the parser gave up.
#[derive(Clone, Copy)]
struct Failed {
    at: usize,
    at_tab: bool,
}

pub(super) struct Frame {
    pub(super) node: u32,
    /// Where its children start in `pending`.
    mark: usize,
    shape: Shape,
    /// A flow collection ends at its bracket, a block collection with its last child.
    flow: bool,
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
    fn new(source: &'s Arc<Source>, base: usize, text: &'s str, dialect: Dialect, limits: Limits) -> Self {
        Self {
            source,
            text,
            base,
            dialect,
            limits,
            tree: Tree::new(Arc::clone(source)),
            open: Vec::new(),
            pending: Vec::new(),
            anchors: HashMap::new(),
            copies: 0,
            repeats: Repeats::default(),
            breaks: Breaks::default(),
            end: 0,
            failed: None,
        }
    }

    /// Reads events until the document is complete; returns where reading stopped.
    fn run(&mut self) -> Result<usize, Problem> {
        self.check_characters()?;
        let marker = if self.dialect == Dialect::Yaml { dropped::marker(self.text) } else { None };
        let marker = marker.unwrap_or(self.text.len());
        self.text = self.text.get(..marker).unwrap_or_default();
        let mut parser = Parser::new_from_str_with_options(self.text, self.options());
        let mut stop = 0;
        while let Some(next) = parser.next_event() {
            let (event, span) = next.map_err(|error| self.syntax(&error))?;
            let bytes = span.byte_range().unwrap_or(0..0);
            // The end of a block collection is noticed at whatever comes next.
            stop = bytes.start;
            self.take(event, bytes)?;
            if self.is_complete() {
                break;
            }
        }
        Ok(if self.tree.nodes.is_empty() { marker } else { self.end.max(stop) })
    }

    /// Says what of the whole text is not read, and hands the document over.
    fn close(self, whole: &str, stop: usize, problems: &mut Vec<Problem>) -> Result<Option<Tree>, Problem> {
        self.check_breaks(stop)?;
        let is_empty = self.tree.nodes.is_empty();
        if let Some((bytes, message)) = dropped::after(whole, stop) {
            if is_empty {
                return Err(self.unreadable(bytes, errors::ENDED.to_owned()));
            }
            problems.push(self.problem(ProblemKind::Ignored, bytes, message.to_owned()));
        }
        self.repeats.report(&self.tree, problems);
        // kubectl passes over documents that are null, and a marker with nothing behind it is one.
        Ok((!is_empty && self.tree.root().kind() != Kind::Null).then_some(self.tree))
    }

    /// Another text to try where the parser failed at something that kubectl's reader passes over: tabs
    /// inside brackets, or nonsense behind the bracket that ends the document.
    fn rescue(&self) -> Option<String> {
        let failed = self.failed?;
        let brackets = self.open.iter().find(|frame| frame.flow);
        let from = brackets.map_or(self.end, |frame| self.bytes_of(frame.node).start);
        if failed.at_tab {
            return brackets::respaced(self.text, from, failed.at);
        }
        let at_root = self.open.first().is_none_or(|frame| frame.flow);
        let end = brackets::end(self.text, from).filter(|end| at_root && *end <= failed.at)?;
        self.text.get(..end).map(str::to_owned)
    }

    fn options(&self) -> Options {
        granit_parser::options! {
            emit_comments: false,
            emit_anchor_events: true,
            disallow_directives: true,
            bom_inside_document_as_content: true,
            flow_nesting_limit: self.limits.depth,
            block_nesting_limit: self.limits.depth,
            simple_key_max_lookahead: if self.dialect == Dialect::Json { usize::MAX } else { KEY_LENGTH },
        }
    }

    fn take(&mut self, event: Event<'_>, bytes: Bytes) -> Result<(), Problem> {
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
        let written = self.text.get(bytes.clone()).unwrap_or_default();
        let bytes = bytes.start..bytes.start + written.trim_end_matches(['\n', '\r', ' ', '\t']).len();
        let node = self.push(body, bytes)?;
        if anchor != 0 {
            self.anchors.insert(anchor, node);
        }
        self.add(node)
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

    /// Names as the reader of Kubernetes takes them; YAML 1.2 allows nearly any character.
    fn check_anchor(&self, name: &str, bytes: Bytes) -> Result<(), Problem> {
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
            return Ok(());
        }
        let message = format!("kubectl refuses the anchor name `{name}`: use letters, digits, `-` and `_`");
        Err(self.unreadable(bytes, message))
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
    fn is_complete(&self) -> bool {
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
        if self.plain_text(node).is_some_and(is_infinite) {
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

    pub(super) fn place_of(&self, node: u32) -> Place<'s> {
        Place::new(self.text, self.bytes_of(node).start)
    }

    pub(super) fn bytes_of(&self, node: u32) -> Bytes {
        let bytes = self.tree.node(node).span().range();
        bytes.start.saturating_sub(self.base)..bytes.end.saturating_sub(self.base)
    }

    /// Refuses a mark that YAML 1.2 skips before the root, and kubectl takes for a part of it.
    fn check_mark(&self, bytes: &Bytes) -> Result<(), Problem> {
        if !self.tree.nodes.is_empty() {
            return Ok(());
        }
        let before = self.text.get(..bytes.start).unwrap_or_default();
        let mark = before.find("\n\u{feff}").or_else(|| before.find("\r\u{feff}"));
        mark.map_or(Ok(()), |at| Err(self.unreadable(at + 1..at + 4, errors::MARK.to_owned())))
    }

    fn check_characters(&mut self) -> Result<(), Problem> {
        if self.dialect == Dialect::Json {
            return Ok(());
        }
        let (breaks, forbidden) = characters::survey(self.text);
        self.breaks = breaks;
        forbidden.map_or(Ok(()), |(at, character)| {
            Err(self.unreadable(at..at + character.len_utf8(), characters::message(character)))
        })
    }

    /// Refuses a tab where libyaml does: before a block token that may be a key.
    fn check_tabs(&self, bytes: &Bytes) -> Result<(), Problem> {
        if self.dialect == Dialect::Json || self.open.last().is_some_and(|frame| frame.flow) {
            return Ok(());
        }
        let before = self.text.get(..bytes.start).unwrap_or_default();
        let margin = before.trim_end_matches([' ', '\t']);
        let tab = before.get(margin.len()..).and_then(|blanks| blanks.find('\t'));
        match tab {
            Some(tab) if margin.is_empty() || margin.ends_with(['\n', '\r', '-', '?']) => {
                let at = margin.len() + tab;
                Err(self.unreadable(at..at + 1, errors::TAB.to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a colon that only YAML 1.2 takes for the end of a key: to kubectl `[a:]` holds the text `a:`.
    fn check_colon(&self, key: u32) -> Result<(), Problem> {
        let flow = self.open.last().is_some_and(|frame| frame.flow);
        if !flow || self.dialect == Dialect::Json || self.plain_text(key).is_none() {
            return Ok(());
        }
        let end = self.bytes_of(key).end;
        let after = self.text.get(end..).unwrap_or_default();
        let colon = end + after.len() - after.trim_start().len();
        let rest = self.text.get(colon..).and_then(|rest| rest.strip_prefix(':'));
        if rest.is_some_and(|rest| rest.starts_with([',', ']', '}', '[', '{'])) {
            return Err(self.unreadable(colon..colon + 1, errors::COLON.to_owned()));
        }
        Ok(())
    }

    /// Refuses line breaks that only kubectl sees, up to byte `end`.
    fn check_breaks(&self, end: usize) -> Result<(), Problem> {
        match self.breaks.first_before(end) {
            Some(at) => {
                let character = self.text[at..].chars().next().unwrap_or_default();
                Err(self.unreadable(at..at + character.len_utf8(), characters::message(character)))
            }
            None => Ok(()),
        }
    }

    fn syntax(&mut self, error: &ScanError) -> Problem {
        let at = error.marker().byte_offset().unwrap_or(0).min(self.text.len());
        if let Err(problem) = self.check_breaks(at) {
            return problem;
        }
        if *error.kind() != ErrorKind::RecursionLimitExceeded {
            self.failed = Some(Failed { at, at_tab: *error.kind() == ErrorKind::TabInBlockIndentation });
        }
        let brackets =
            self.open.iter().rfind(|frame| frame.flow).map(|frame| self.tree.node(frame.node).span());
        let line = brackets.map(|span| self.source.position(span.start).line);
        let (bytes, message) = syntax::describe(error, Place::new(self.text, at), self.limits.depth, line);
        self.unreadable(bytes, message)
    }

    pub(super) fn unreadable(&self, bytes: Bytes, message: String) -> Problem {
        self.problem(ProblemKind::Unreadable, bytes, message)
    }

    /// A problem at bytes of the document (not of the source).
    fn problem(&self, kind: ProblemKind, bytes: Bytes, message: String) -> Problem {
        problem(self.source, kind, self.base + bytes.start..self.base + bytes.end, message)
    }
}

/// Where `part` stands in `whole`, when it is a slice of it.
fn offset_in(whole: &str, part: &str) -> Option<usize> {
    let at = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    let there = whole.get(at..at + part.len())?;
    std::ptr::eq(there.as_ptr(), part.as_ptr()).then_some(at)
}
