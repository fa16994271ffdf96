//! `unrendered-source`: a chart or overlay that was found but not rendered.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "unrendered-source",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("unrendered_source.md"),
    run: Run::Rendering,
};
