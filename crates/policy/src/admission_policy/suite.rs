//! Do policies decide as their author says they do?
//!
//! A `PolicyTest` document lists requests and the answers they are to get; the policies, bindings,
//! parameters and namespaces are the plain Kubernetes documents beside it.

mod asked;
mod compare;
mod read;
mod review;
mod strangers;

use std::sync::Arc;

use finding::{Source, Span};
use object::Object;

use super::{Authorize, Cluster, Decision, Policies, Problem, Request};

pub use asked::unasked;
pub use read::{API_VERSION, KIND};
pub use strangers::{is_for_webhooks, strangers};

/// One request and what is expected of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The text it stands in.
    pub source: Arc<Source>,
    /// Where it stands.
    pub span: Span,
    /// What is asked.
    pub request: Request,
    /// What is to be answered.
    pub expect: Expect,
}

/// The parts of an answer that a case speaks of; what it does not name may be anything.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// Whether the request is let in.
    pub allowed: bool,
    /// The text of the refusal.
    pub message: Option<String>,
    /// The reason of the refusal.
    pub reason: Option<String>,
    /// The HTTP status of the refusal.
    pub code: Option<i64>,
    /// All warnings, in order.
    pub warnings: Option<Vec<String>>,
    /// All audit annotations.
    pub audit_annotations: Option<serde_json::Map<String, serde_json::Value>>,
    /// All that mutating policies changed: path of the field, and its value (`null` if it is gone).
    pub changes: Option<serde_json::Map<String, serde_json::Value>>,
}

/// One thing that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `allowed`, `message`, ….
    pub what: String,
    /// What the case says.
    pub expected: String,
    /// What was answered.
    pub got: String,
    /// The way out, where the API server's words do not say it.
    pub help: Option<&'static str>,
}

/// The cases of the `PolicyTest` documents among the objects, and what is wrong with those documents.
pub fn cases<'a>(
    objects: impl IntoIterator<Item = &'a Object>,
    cluster: &Cluster,
) -> (Vec<Case>, Vec<Problem>) {
    let (mut cases, mut problems) = (Vec::new(), Vec::new());
    let is_suite = |object: &&Object| object.kind() == KIND && object.id().api_version == API_VERSION;
    for object in objects.into_iter().filter(is_suite) {
        let (read, wrong) = read::read(object, cluster);
        cases.extend(read);
        problems.extend(wrong);
    }
    (cases, problems)
}

impl Case {
    /// What the policies answer.
    pub fn decide(&self, policies: &Policies, cluster: &Cluster, authorize: &Authorize) -> Decision {
        policies.decide(self.request.clone(), cluster, authorize)
    }

    /// What of an answer is not as expected.
    pub fn differences(&self, decision: &Decision) -> Vec<Difference> {
        compare::differences(self, decision)
    }
}

#[cfg(test)]
mod tests;
