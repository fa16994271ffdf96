//! One file a verb: parse, call, report.

pub(crate) mod admit;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod list;
pub(crate) mod policy;
pub(crate) mod psp;
pub(crate) mod serve;
