//! What does a policy say?
//!
//! Documents that were read and found valid, defaults filled in. Nothing here knows CEL yet.

use std::sync::Arc;

use finding::{ObjectRef, Source, Span};

use crate::document::Mode;
use crate::selector::Selector;

/// Where a value stands.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) source: Arc<Source>,
    pub(crate) span: Span,
    pub(crate) field: String,
}

/// A policy of either family.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) id: ObjectRef,
    pub(crate) place: Place,
    pub(crate) failure: FailurePolicy,
    pub(crate) param_kind: Option<ParamKind>,
    pub(crate) constraints: Match,
    pub(crate) conditions: Vec<(String, Expression)>,
    pub(crate) variables: Vec<(String, Expression)>,
    pub(crate) body: Body,
}

/// What sets the two families apart.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Validating { validations: Vec<Validation>, annotations: Vec<(String, Expression)> },
    Mutating { mutations: Vec<Mutation>, reinvocation: Reinvocation },
}

/// The family of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    Validating,
    Mutating,
}

impl Body {
    pub(crate) fn family(&self) -> Family {
        match self {
            Self::Validating { .. } => Family::Validating,
            Self::Mutating { .. } => Family::Mutating,
        }
    }
}

/// What an error of evaluation means for the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailurePolicy {
    Fail,
    Ignore,
}

/// Whether a policy runs again when a later one changed the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reinvocation {
    Never,
    IfNeeded,
}

/// CEL text and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    pub(crate) text: String,
    pub(crate) place: Place,
}

#[derive(Clone, Debug)]
pub(crate) struct Validation {
    pub(crate) expression: Expression,
    pub(crate) message: String,
    pub(crate) message_expression: Option<Expression>,
    pub(crate) reason: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Mutation {
    pub(crate) patch: PatchType,
    pub(crate) expression: Expression,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PatchType {
    JsonPatch,
    ApplyConfiguration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParamKind {
    pub(crate) api_version: String,
    pub(crate) kind: String,
}

/// A binding of either family.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) id: ObjectRef,
    pub(crate) place: Place,
    pub(crate) family: Family,
    pub(crate) policy: String,
    pub(crate) param: Option<ParamRef>,
    pub(crate) resources: Option<Match>,
    /// Empty for mutating bindings.
    pub(crate) actions: Vec<Action>,
}

#[derive(Clone, Debug)]
pub(crate) struct ParamRef {
    pub(crate) choice: ParamChoice,
    pub(crate) namespace: String,
    pub(crate) missing: Missing,
}

#[derive(Clone, Debug)]
pub(crate) enum ParamChoice {
    Named(String),
    Selected(Selector),
}

/// What it means when no parameter is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    Allow,
    Deny,
}

/// What a failed validation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Deny,
    Warn,
    Audit,
}

impl Action {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Deny => "Deny",
            Self::Warn => "Warn",
            Self::Audit => "Audit",
        }
    }

    pub(crate) const fn mode(self) -> Mode {
        match self {
            Self::Deny => Mode::Enforce,
            Self::Warn => Mode::Warn,
            Self::Audit => Mode::Audit,
        }
    }
}

/// `matchConstraints` or `matchResources`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Match {
    pub(crate) namespaces: Selector,
    pub(crate) objects: Selector,
    pub(crate) rules: Vec<Rule>,
    pub(crate) excluded: Vec<Rule>,
    pub(crate) policy: MatchPolicy,
}

/// Whether other versions of the same resource count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum MatchPolicy {
    Exact,
    #[default]
    Equivalent,
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) names: Vec<String>,
    pub(crate) operations: Vec<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) versions: Vec<String>,
    pub(crate) resources: Vec<String>,
    pub(crate) scope: Scope,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    All,
    Cluster,
    Namespaced,
}
