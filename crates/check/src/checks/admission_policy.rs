//! `admission-policy`: what Kubernetes' own policies refuse.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "admission-policy",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("admission_policy.md"),
    run: Run::Policies,
};
