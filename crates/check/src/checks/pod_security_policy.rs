//! `pod-security-policy`: what Kubernetes 1.24 would have refused.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "pod-security-policy",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("pod_security_policy.md"),
    run: Run::Policies,
};
