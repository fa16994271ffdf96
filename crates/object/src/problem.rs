//! What keeps an input from being read as Kubernetes reads it?

use std::sync::Arc;

use finding::{Source, Span};

/// Something wrong with the text itself, at its place.
#[derive(Clone, Debug)]
pub struct Problem {
    /// What sort of trouble.
    pub kind: ProblemKind,
    /// The text it stands in.
    pub source: Arc<Source>,
    /// Where.
    pub span: Span,
    /// What is wrong and the way out; lower case, no full stop.
    pub message: String,
    /// Path of the field, where the trouble has one.
    pub field: String,
}

/// What sort of trouble, and so which rule speaks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The document is not read at all: not YAML, over a limit, or of a shape no object has.
    Unreadable,
    /// A key stands twice in one mapping: the last one wins, the first one misleads.
    DuplicateKey,
    /// Text that kubectl passes over in silence.
    Ignored,
}

impl Problem {
    /// Whether objects were lost to it.
    pub fn loses_objects(&self) -> bool {
        matches!(self.kind, ProblemKind::Unreadable | ProblemKind::Ignored)
    }
}
