//! How does a text become documents, and documents objects?
//!
//! As in kubectl: the text is cut at `---` lines, and of each piece only the first YAML document is
//! read. Where kubectl stops or drops something in silence, a [`Problem`] says so and we read on.
//! `tests/it/tables.rs` lists where we are stricter than kubectl or more forgiving, each with its reason.

mod brackets;
mod build;
mod characters;
mod document;
mod dropped;
mod errors;
mod expand;
mod feed;
mod guard;
mod json;
mod keys;
mod place;
mod syntax;
mod tags;

pub use json::json;

use std::ops::Range;
use std::sync::Arc;

use finding::{Source, Span};

use crate::list::flatten;
use crate::split::{Cut, cuts};
use crate::tree::Tree;
use crate::{Object, Problem, ProblemKind};

/// What one input may cost. Input is hostile: a few bytes can ask for gigabytes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Collections inside collections.
    pub depth: usize,
    /// Nodes of one document, copies made by aliases included.
    pub nodes: usize,
    /// Nodes of one document that aliases and merge keys may copy.
    pub copies: usize,
    /// Documents of one input.
    pub documents: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 200, nodes: 4_000_000, copies: 200_000, documents: 200_000 }
    }
}

/// What one input holds.
#[derive(Debug, Default)]
pub struct Read {
    /// Every object, lists opened, in the order of the text.
    pub objects: Vec<Object>,
    /// What is wrong with the text, in the order of the text.
    pub problems: Vec<Problem>,
    /// Documents that parsed but hold no Kubernetes object (Helm values, Compose files).
    pub foreign: usize,
}

/// What one input holds before anybody asks what kind of thing it is.
#[derive(Debug, Default)]
pub struct Documents {
    /// Every document that parsed and is not empty, in the order of the text.
    pub trees: Vec<Arc<Tree>>,
    /// What is wrong with the text, in the order of the text.
    pub problems: Vec<Problem>,
}

/// Reads every object of a text as kubectl would; a document that does not parse does not hide the others.
pub fn read(source: &Arc<Source>, limits: Limits) -> Read {
    let mut out = Read::default();
    let problems = each_document(source, limits, &mut |tree| flatten(&Arc::new(tree), &mut out));
    out.problems.extend(problems);
    out.problems.sort_by_key(|problem| problem.span.start);
    out
}

/// Reads the one object that a program wrote as JSON; see [`json()`].
///
/// # Errors
/// The place where it is no JSON, or why it is no Kubernetes object.
pub fn stored(source: &Arc<Source>, limits: Limits) -> Result<Object, Problem> {
    let tree = Arc::new(json(source, limits)?);
    Object::within(&tree, tree.root(), None).map_err(|missing| {
        let message = format!("an object without `{missing}`");
        problem(source, ProblemKind::Unreadable, 0..source.text().len().min(1), message)
    })
}

/// Reads every document of a text, object or not.
pub fn documents(source: &Arc<Source>, limits: Limits) -> Documents {
    let mut trees = Vec::new();
    let mut problems = each_document(source, limits, &mut |tree| trees.push(Arc::new(tree)));
    problems.sort_by_key(|problem| problem.span.start);
    Documents { trees, problems }
}

/// The stretches of a text that are read independently of each other; JSON values in a row are one.
pub fn pieces(text: &str) -> Vec<Range<usize>> {
    if opens_as_json(text.trim_start_matches('\u{feff}')) {
        return std::iter::once(0..text.len()).collect();
    }
    let piece = |cut| match cut {
        Cut::Piece(range) => Some(range),
        Cut::Refused(_) => None,
    };
    cuts(text, 0).filter_map(piece).collect()
}

fn each_document(source: &Arc<Source>, limits: Limits, take: &mut dyn FnMut(Tree)) -> Vec<Problem> {
    let text = source.text();
    let mut reader = Reader { source, limits, take, read: 0, problems: Vec::new() };
    if u32::try_from(text.len()).is_err() {
        let message = "more than 4 GiB of text in one input, none of it is read".to_owned();
        reader.problems.push(problem(source, ProblemKind::Unreadable, 0..0, message));
        return reader.problems;
    }
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let start = if opens_as_json(&text[start..]) { reader.json(start) } else { start };
    reader.yaml(start);
    reader.problems
}

/// Whether kubectl tries JSON first: the first thing in the first 4096 bytes is `{`.
fn opens_as_json(text: &str) -> bool {
    let blanks = text.len() - text.trim_start().len();
    blanks < 4096 && text[blanks..].starts_with('{')
}

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Json,
    Yaml,
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    limits: Limits,
    take: &'a mut dyn FnMut(Tree),
    read: usize,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    /// Reads JSON values in a row; returns where the rest starts, which is YAML if there is any.
    fn json(&mut self, start: usize) -> usize {
        let source = Arc::clone(self.source);
        let text = source.text();
        let mut at = start;
        for count in 0.. {
            let next = json::skip_blank(text.as_bytes(), at);
            if next == text.len() || self.is_full(next) {
                return text.len();
            }
            let Some(end) = json::value_end(text.as_bytes(), next) else {
                if count > 1 {
                    let message = "after two JSON objects in a row kubectl reads only JSON and refuses what follows; \
                                   separate all of them with `---` lines";
                    let line = next..next + text[next..].lines().next().map_or(0, str::len);
                    self.problem(ProblemKind::Unreadable, line, message.to_owned());
                }
                break;
            };
            self.document(next..end, Dialect::Json);
            at = end;
        }
        // kubectl goes on after the line end, if nothing but blanks stands before it.
        let blank = text[at..].len() - text[at..].trim_start().len();
        text[at..at + blank].find('\n').map_or(at + blank, |end| at + end + 1)
    }

    fn yaml(&mut self, start: usize) {
        let source = Arc::clone(self.source);
        for cut in cuts(source.text(), start) {
            match cut {
                Cut::Piece(range) => {
                    if self.is_full(range.start) {
                        return;
                    }
                    self.document(range, Dialect::Yaml);
                }
                Cut::Refused(range) => {
                    let message = errors::separator(&source.text()[range.clone()]);
                    self.problem(ProblemKind::Unreadable, range, message);
                }
            }
        }
    }

    /// Reads the first document of a piece of the text.
    fn document(&mut self, range: Range<usize>, dialect: Dialect) {
        let text = &self.source.text()[range.clone()];
        if text.strip_prefix("---").unwrap_or(text).trim().is_empty() {
            return;
        }
        match document::read(self.source, range, dialect, self.limits, &mut self.problems) {
            Ok(Some(tree)) => {
                self.read += 1;
                (self.take)(tree.marked());
            }
            Ok(None) => {}
            Err(problem) => self.problems.push(problem),
        }
    }

    fn is_full(&mut self, at: usize) -> bool {
        let full = self.read >= self.limits.documents;
        if full {
            let message =
                format!("more than {} documents in one input, the rest is not read", self.limits.documents);
            self.problem(ProblemKind::Unreadable, at..at, message);
        }
        full
    }

    fn problem(&mut self, kind: ProblemKind, range: Range<usize>, message: String) {
        self.problems.push(problem(self.source, kind, range, message));
    }
}

fn problem(source: &Arc<Source>, kind: ProblemKind, range: Range<usize>, message: String) -> Problem {
    let span = Span::new(range.start as u32, range.end as u32);
    Problem { kind, source: Arc::clone(source), span, message, field: String::new() }
}
