//! What is a check?

use finding::{PodSecurity, Severity};
use object::{Inventory, Object, Pod, Problem, Version};
use policy::pod_security::Level;

use crate::Findings;
use crate::fields::Fields;

/// A rule as a value. Every field is mandatory: a half-described check does not compile.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its name everywhere: reports, waivers, `cofferdam explain`.
    pub id: &'static str,
    /// The release of Cofferdam that brought it.
    pub since: &'static str,
    /// Whether its verdict may still change.
    pub stage: Stage,
    /// How bad its findings are, unless a finding says otherwise.
    pub severity: Severity,
    /// What else a finding of it may be; the examples of its page show each.
    pub also: &'static [Severity],
    /// The Pod Security check that refuses the same thing, if there is one.
    pub profile: Option<Profile>,
    /// Help text, web page and test in one; see [`crate::Page`].
    pub page: &'static str,
    /// What it looks at, and how.
    pub run: Run,
}

impl Check {
    /// Every severity that a finding of it may have, mildest first.
    pub fn severities(&self) -> impl Iterator<Item = Severity> {
        Severity::ALL.into_iter().filter(|each| *each == self.severity || self.also.contains(each))
    }
}

/// Whether a check's verdict may still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Findings come and go only with a note in the changelog.
    Stable,
    /// Still learning.
    Preview,
}

impl Stage {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Preview => "preview",
        }
    }
}

/// The Pod Security check behind a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    id: &'static str,
    level: Level,
    since: Version,
}

impl Profile {
    /// A check of the baseline standard, by its upstream id and first version.
    pub const fn baseline(id: &'static str, since: Version) -> Self {
        Self { id, level: Level::Baseline, since }
    }

    /// A check of the restricted standard, by its upstream id and first version.
    pub const fn restricted(id: &'static str, since: Version) -> Self {
        Self { id, level: Level::Restricted, since }
    }

    /// How a finding names it; nothing for a release that does not have it yet.
    pub fn named(self, version: Version) -> Option<PodSecurity> {
        (self.since <= version).then(|| PodSecurity { id: self.id, level: self.level.word() })
    }

    /// The first version of the standards that has the check.
    pub fn since(self) -> Version {
        self.since
    }

    /// How it is named when no release is asked about.
    pub fn any(self) -> PodSecurity {
        PodSecurity { id: self.id, level: self.level.word() }
    }
}

/// What a check looks at.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// One object at a time, whatever its kind.
    Object(fn(&Object, &mut Findings<'_>)),
    /// The same, for rules about names and types of fields.
    Fields(fn(&Object, &Fields<'_, '_>, &mut Findings<'_>)),
    /// One pod or pod template at a time.
    Pod(fn(&Pod<'_>, &mut Findings<'_>)),
    /// The same, for rules about names and types of fields.
    PodFields(fn(&Pod<'_>, &Fields<'_, '_>, &mut Findings<'_>)),
    /// One pod at a time, beside everything else in the same input.
    PodAmong(fn(&Pod<'_>, &Inventory, &mut Findings<'_>)),
    /// One object at a time, beside everything else in the same input.
    ObjectAmong(fn(&Object, &Inventory, &mut Findings<'_>)),
    /// The text itself, where it misleads or cannot be read.
    Text(fn(&Problem) -> bool),
    /// Only when `--pss` asks for it.
    PodSecurity,
    /// Only when `--policy` gives documents that ask for it.
    Policies,
    /// A chart or overlay that could not be rendered; raised where rendering is tried.
    Rendering,
    /// What others accepted; raised by [`crate::Waivers`] once all else is said.
    Waivers,
}
