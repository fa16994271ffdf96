//! How is it mended?

use crate::Span;

/// Who may notice the repair; decides whether it is written without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Safety {
    /// No conforming workload can notice it.
    Safe,
    /// It could stop a workload that relies on what is taken away.
    Risky,
    /// Shown, never written: only the owner knows the right value.
    Manual,
}

impl Safety {
    /// The word used on the command line and in every output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Risky => "risky",
            Self::Manual => "manual",
        }
    }
}

/// One splice: the bytes of `span` are replaced by `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards; empty for a removal.
    pub text: String,
}

/// The edits that end one finding, applied together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Who may notice.
    pub safety: Safety,
    /// Splices of the finding's own source, in order, without overlap; empty for [`Safety::Manual`].
    pub edits: Vec<Edit>,
}
