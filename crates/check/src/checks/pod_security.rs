//! `pod-security`: the Pod Security Standards as the API server applies them.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "pod-security",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("pod_security.md"),
    run: Run::PodSecurity,
};
