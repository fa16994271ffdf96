//! What is a finding?

use std::cmp::Ordering;
use std::sync::Arc;

use crate::{Fix, Position, Severity, Source, Span};

/// One thing that is wrong, at the place where it is written.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check that speaks; `cofferdam explain <id>` tells the rest.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, naming the thing; lower case, no full stop.
    pub message: String,
    /// The text it stands in.
    pub source: Arc<Source>,
    /// The bytes it stands on.
    pub span: Span,
    /// Path of the field from the object's root; empty where there is no field.
    pub field: String,
    /// The same path with list items by what names them, `spec.containers[web].env[MODE]`: it lasts while
    /// neighbours come and go. Empty where only `field` is known.
    pub by_name: String,
    /// The object it is about, if it is about one; one name for all findings of an object.
    pub object: Option<Arc<ObjectRef>>,
    /// The container it is about, if it is about one.
    pub container: Option<String>,
    /// The Pod Security check that refuses the same thing.
    pub pod_security: Option<PodSecurity>,
    /// Other places that belong to it.
    pub labels: Vec<Label>,
    /// Bytes of the source that no output may show.
    pub secret: Option<Span>,
    /// How it is mended, if we know.
    pub fix: Option<Fix>,
    /// Why it is accepted, if somebody accepted it.
    pub waived: Option<Waived>,
}

/// A further place in the same source that explains the finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What it says there.
    pub text: String,
}

/// Which object a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectRef {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// As written; an object that names none has none.
    pub namespace: Option<String>,
    /// `metadata.name`, or `metadata.generateName` where there is no name.
    pub name: String,
}

impl ObjectRef {
    /// `Deployment shop/web`, as shown to people.
    pub fn title(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{} {namespace}/{}", self.kind, self.name),
            None => format!("{} {}", self.kind, self.name),
        }
    }
}

/// A check of the Pod Security Standards, by its upstream name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PodSecurity {
    /// Upstream check id, such as `hostNamespaces`.
    pub id: &'static str,
    /// `baseline` or `restricted`.
    pub level: &'static str,
}

/// Why a finding was accepted.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Waived {
    /// The words of whoever accepted it.
    pub reason: String,
    /// Where that is written.
    pub by: WaivedBy,
    /// Who answers for it, if that is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The last day it holds, as `YYYY-MM-DD`, if it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

/// Where it is written that a finding is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum WaivedBy {
    /// In a comment beside the finding.
    Comment,
    /// In `cofferdam.yaml`.
    Config,
    /// In a recorded [`crate::Baseline`]: nobody accepted it, it was there before.
    Baseline,
}

impl Finding {
    /// The path it is reported under.
    pub fn file(&self) -> &str {
        self.source.place(self.span.start).0
    }

    /// First character.
    pub fn start(&self) -> Position {
        self.source.place(self.span.start).1
    }

    /// One past the last character.
    pub fn end(&self) -> Position {
        self.source.region(self.span).2
    }

    /// The one order of every output: file, line, column, id, then whatever else tells two apart.
    pub fn order(&self, other: &Self) -> Ordering {
        let place = |finding: &'_ Self| (finding.file().to_owned(), finding.start());
        place(self).cmp(&place(other)).then_with(|| self.order_in_place(other))
    }

    /// What tells two findings of one place apart, after file, line and column: id, then the rest.
    pub(crate) fn order_in_place(&self, other: &Self) -> Ordering {
        (self.id, self.span, &self.field, &self.message, &self.object).cmp(&(
            other.id,
            other.span,
            &other.field,
            &other.message,
            &other.object,
        ))
    }
}
