//! How does a text become documents, and documents objects?

mod build;
mod errors;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use finding::{Source, Span};

use crate::list::flatten;
use crate::split::documents;
use crate::{Object, Problem, ProblemKind, Tree};

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

/// Reads every document of a text as kubectl would; one that does not parse does not hide the others.
pub fn read(source: &Arc<Source>, limits: Limits) -> Read {
    let mut out = Read::default();
    for (index, range) in documents(source.text()).into_iter().enumerate() {
        if index >= limits.documents {
            let message =
                format!("more than {} documents in one input, the rest is not read", limits.documents);
            out.problems.push(problem(source, ProblemKind::Unreadable, range.start..range.start, message));
            break;
        }
        read_chunk(source, range, limits, &mut out);
    }
    out
}

/// The first document of a text, for files that configure other tools and hold no objects.
pub fn first_tree(source: &Arc<Source>) -> Option<Tree> {
    let range = documents(source.text()).into_iter().find(|r| !source.text()[r.clone()].trim().is_empty())?;
    let text = source.text().get(range.clone())?;
    match build::document(source, range.start, text, Limits::default(), &mut Vec::new()) {
        Ok(build::Document::Tree { tree, .. }) => Some(tree),
        _ => None,
    }
}

/// Reads what stands between two separators: one document, or several JSON objects in a row.
fn read_chunk(source: &Arc<Source>, range: Range<usize>, limits: Limits, out: &mut Read) {
    let mut start = range.start;
    while let Some(text) = source.text().get(start..range.end).filter(|text| !text.trim().is_empty()) {
        match build::document(source, start, text, limits, &mut out.problems) {
            Ok(build::Document::Empty) => return,
            Ok(build::Document::Tree { tree, end }) => {
                flatten(&Arc::new(tree), out);
                let rest = source.text().get(end..range.end).unwrap_or_default();
                if !rest.trim_start().starts_with('{') || end <= start {
                    return;
                }
                start = end;
            }
            Err(problem) => {
                out.problems.push(problem);
                return;
            }
        }
    }
}

fn problem(source: &Arc<Source>, kind: ProblemKind, range: Range<usize>, message: String) -> Problem {
    let span = Span::new(range.start as u32, range.end as u32);
    Problem { kind, source: Arc::clone(source), span, message, field: String::new() }
}
