//! `waiver-stale`: an acceptance that is broken, expired or needed no more.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "waiver-stale",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("waiver_stale.md"),
    run: Run::Waivers,
};
