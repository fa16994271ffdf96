//! Why is a policy refused, and where does it say so?

use std::sync::Arc;

use finding::{Source, Span};
use object::Node;

/// One reason, at its place, with the way out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct PolicyError {
    /// The path as shown to the user.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The character in it, from 1.
    pub column: u32,
    /// What is wrong and the way out.
    pub message: String,
}

impl PolicyError {
    pub(super) fn new(source: &Source, span: Span, message: String) -> Self {
        let (file, place) = source.place(span.start);
        Self { file: file.to_owned(), line: place.line, column: place.column, message }
    }
}

/// The reasons found so far in one document.
pub(super) struct Errors<'l> {
    pub(super) list: &'l mut Vec<PolicyError>,
}

impl Errors<'_> {
    /// Records a reason; a value without bytes of its own stands where its key does.
    pub(super) fn at(&mut self, node: Node<'_>, message: String) {
        let span = node.key().filter(|_| node.span().range().is_empty()).unwrap_or(node).span();
        let source: &Arc<Source> = node.source();
        self.list.push(PolicyError::new(source, span, message));
    }

    pub(super) fn unfit(&mut self, node: Node<'_>, wanted: &str) {
        self.at(node, format!("this is {}, expected {wanted}", node.kind().word()));
    }
}
