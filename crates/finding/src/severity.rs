//! How bad is it?

use std::fmt;
use std::str::FromStr;

/// How much an attacker gains from what the finding describes; the one scale of every analyzer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Worth knowing; nothing is lost by leaving it.
    Info,
    /// A second line of defence is missing.
    Low,
    /// A first line of defence is missing.
    Medium,
    /// One flaw in the workload gives the attacker the node, a secret or another tenant.
    High,
    /// The workload already holds the node or the cluster.
    Critical,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word used on the command line and in every output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|s| s.word() == word)
            .ok_or_else(|| format!("unknown severity `{word}`, expected info, low, medium, high or critical"))
    }
}
