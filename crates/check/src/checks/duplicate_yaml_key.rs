//! `duplicate-yaml-key`: a key that stands twice in one mapping.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "duplicate-yaml-key",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[Severity::Medium],
    profile: None,
    page: include_str!("duplicate_yaml_key.md"),
    run: Run::Text(duplicate_yaml_key),
};

fn duplicate_yaml_key(problem: &Problem) -> bool {
    problem.kind == ProblemKind::DuplicateKey
}
