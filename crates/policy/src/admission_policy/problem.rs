//! What is wrong with a document, where, and what holds meanwhile?

use std::sync::Arc;

use finding::{ObjectRef, Source, Span};

/// A fault of one policy or binding, at its place in the user's file.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Whether the API server would refuse the document.
    pub weight: Weight,
    /// The document.
    pub object: ObjectRef,
    /// The text it stands in.
    pub source: Arc<Source>,
    /// The bytes in question.
    pub span: Span,
    /// Path of the field from the document's root.
    pub field: String,
    /// What is wrong and the way out; lower case, no full stop.
    pub message: String,
    /// What holds until it is mended; said once a document.
    pub meanwhile: Option<&'static str>,
}

/// How much a [`Problem`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The document is refused, as the API server would; the others are not touched by it.
    Refused,
    /// The document is taken, but does not do what its author may think.
    Warning,
}

impl Problem {
    /// Everything but the place.
    pub fn text(&self) -> String {
        let mut text = format!("{} `{}`: ", self.object.kind, self.object.name);
        if !self.field.is_empty() {
            text.push_str(&self.field);
            text.push_str(": ");
        }
        text.push_str(&self.message);
        if let Some(meanwhile) = self.meanwhile {
            text.push_str("; meanwhile ");
            text.push_str(meanwhile);
        }
        text
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (path, place) = self.source.place(self.span.start);
        write!(f, "{path}:{}:{}: {}", place.line, place.column, self.text())
    }
}
