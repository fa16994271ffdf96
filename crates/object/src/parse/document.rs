//! One document of a text: as much of it as kubectl reads, in as many attempts as that takes.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use finding::Source;
use granit_parser::{ErrorKind, Options, Parser, ScanError};

use super::build::Builder;
use super::feed::Feed;
use super::place::Place;
use super::{Dialect, Limits, brackets, dropped, errors, problem, syntax};
use crate::tree::{Kind, Tree};
use crate::{Problem, ProblemKind};

/// Characters before the `:` of a YAML key that no `?` announces (YAML 1.1, 9.3); JSON knows no limit.
const KEY_LENGTH: usize = 1024;

/// Attempts at one document; see [`Builder::rescue`].
const ATTEMPTS: usize = 16;

/// Reads the first document of a range of the source; `None` when it holds comments and blanks only.
pub(super) fn read(
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

/// Where the parser gave up.
#[derive(Clone, Copy)]
pub(super) struct Failed {
    at: usize,
    at_tab: bool,
}

impl Builder<'_> {
    /// Reads events until the document is complete; returns where reading stopped.
    fn run(&mut self) -> Result<usize, Problem> {
        self.check_characters()?;
        let marker = if self.dialect == Dialect::Yaml { dropped::marker(self.text) } else { None };
        let marker = marker.unwrap_or(self.text.len());
        self.text = self.text.get(..marker).unwrap_or_default();
        let mut parser = Parser::with_options(Feed::new(self.text), self.options());
        let mut stop = 0;
        while let Some(next) = parser.next_event() {
            let (event, span) = match next {
                Ok(next) => next,
                Err(error) => return Err(self.syntax(&error)),
            };
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
    fn close(
        mut self,
        whole: &str,
        stop: usize,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<Tree>, Problem> {
        self.check_breaks(stop)?;
        let is_empty = self.tree.nodes.is_empty();
        if let Some((bytes, message)) = dropped::after(whole, stop) {
            if is_empty {
                return Err(self.unreadable(bytes, errors::ENDED.to_owned()));
            }
            problems.push(self.problem(ProblemKind::Ignored, bytes, message.to_owned()));
        }
        self.repeats.report(&self.tree, problems);
        self.tree.shrink();
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
}
