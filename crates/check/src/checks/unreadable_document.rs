//! `unreadable-document`: a document that Kubernetes would not read, or not to its end.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "unreadable-document",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("unreadable_document.md"),
    run: Run::Text(unreadable_document),
};

fn unreadable_document(problem: &Problem) -> bool {
    matches!(problem.kind, ProblemKind::Unreadable | ProblemKind::Ignored)
}
