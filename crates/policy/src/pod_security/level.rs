//! Which standard, of which version?

use std::fmt;
use std::str::FromStr;

use object::Version;

/// A Pod Security Standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Everything is allowed.
    Privileged,
    /// Known ways to the node are closed.
    Baseline,
    /// Hardened by current practice.
    Restricted,
}

impl Level {
    /// The word Kubernetes uses for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        [Self::Privileged, Self::Baseline, Self::Restricted]
            .into_iter()
            .find(|level| level.word() == word)
            .ok_or_else(|| format!("unknown level `{word}`, expected privileged, baseline or restricted"))
    }
}

/// A version of a standard as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyVersion {
    /// That of a release; one that is newer than any known is judged as the newest known.
    At(Version),
    /// The newest known.
    Latest,
}

impl PolicyVersion {
    /// The release whose rules apply.
    pub fn effective(self) -> Version {
        match self {
            Self::At(version) => version.min(Version::NEWEST),
            Self::Latest => Version::NEWEST,
        }
    }
}

/// A level and its version; prints as `restricted:v1.29`, reads as `restricted@1.29` too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Policy {
    /// The standard.
    pub level: Level,
    /// Its version, as asked.
    pub version: PolicyVersion,
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            PolicyVersion::At(version) => write!(f, "{}:v{version}", self.level.word()),
            PolicyVersion::Latest => write!(f, "{}:latest", self.level.word()),
        }
    }
}

impl FromStr for Policy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (level, version) = text.split_once(['@', ':']).unwrap_or((text, "latest"));
        let version = match version {
            "latest" => PolicyVersion::Latest,
            version => PolicyVersion::At(version.parse().map_err(|e| format!("{e}, or latest"))?),
        };
        Ok(Self { level: level.parse()?, version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_prints_the_version_that_was_asked_for() {
        let show = |text: &str| text.parse::<Policy>().map(|policy| policy.to_string());
        assert_eq!(show("restricted@1.29"), Ok("restricted:v1.29".to_owned()));
        assert_eq!(show("baseline:v1.99"), Ok("baseline:v1.99".to_owned()));
        assert_eq!(show("restricted"), Ok("restricted:latest".to_owned()));
        assert!(show("strict@1.29").is_err());
        assert!(show("baseline@1.08").is_err());
    }
}
