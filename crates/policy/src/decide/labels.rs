//! What do the labels of a namespace ask for?
//!
//! As `k8s.io/pod-security-admission` reads them (`api/helpers.go`, `PolicyToEvaluate`): a bad level to
//! refuse by is read as restricted, one to log or warn by as privileged, a bad version as latest, and every
//! one of them is an error that is told.

use std::fmt;

use object::{Version, v};

use super::Labels;
use crate::document::{Mode, PodSecurity};
use crate::pod_security::quote::go_quoted;
use crate::pod_security::{Level, Policy, PolicyVersion};

const PREFIX: &str = "pod-security.kubernetes.io/";

/// A version as it is asked for, however new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Minor(u64),
    Latest,
}

/// A level and its version, as they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standard {
    pub(super) level: Level,
    pub(super) version: Asked,
}

/// One standard a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Levels {
    pub(super) enforce: Standard,
    pub(super) audit: Standard,
    pub(super) warn: Standard,
}

/// A label that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LabelError {
    label: String,
    value: String,
    why: &'static str,
}

const BAD_LEVEL: &str = "must be one of privileged, baseline, restricted";
const BAD_VERSION: &str = "must be \"latest\" or \"v1.x\"";

impl Standard {
    const NONE: Self = Self { level: Level::Privileged, version: Asked::Latest };

    /// What the evaluator of a release is asked: to it, `latest` and what is newer than itself are its own.
    pub(super) fn policy(self, release: Version) -> Policy {
        let version = match self.version {
            Asked::Latest => release,
            Asked::Minor(minor) => v(1, u16::try_from(minor).unwrap_or(u16::MAX)).min(release),
        };
        Policy { level: self.level, version: PolicyVersion::At(version) }
    }

    fn is_as_good_as(self, other: Self) -> bool {
        self == other || (self.level == Level::Privileged && other.level == Level::Privileged)
    }
}

impl From<Policy> for Standard {
    fn from(policy: Policy) -> Self {
        let version = match policy.version {
            PolicyVersion::Latest => Asked::Latest,
            PolicyVersion::At(version) => Asked::Minor(u64::from(version.minor())),
        };
        Self { level: policy.level, version }
    }
}

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            Asked::Latest => write!(f, "{}:latest", self.level.word()),
            Asked::Minor(minor) => write!(f, "{}:v1.{minor}", self.level.word()),
        }
    }
}

impl Levels {
    /// What holds before any label is read. A fixed level is warned of and logged too where it is refused:
    /// workloads are never refused, and their owner should hear before the first pod is.
    pub(super) fn configured(standard: &PodSecurity, mode: Mode) -> Self {
        match standard {
            PodSecurity::Labels { enforce, audit, warn } => {
                Self { enforce: (*enforce).into(), audit: (*audit).into(), warn: (*warn).into() }
            }
            PodSecurity::Fixed(policy) => {
                let at = |least: Mode| if mode >= least { (*policy).into() } else { Standard::NONE };
                Self { enforce: at(Mode::Enforce), warn: at(Mode::Warn), audit: at(Mode::Audit) }
            }
        }
    }

    /// The same after the labels of a namespace, and what is wrong with those.
    pub(super) fn labelled(mut self, labels: &Labels) -> (Self, Vec<LabelError>) {
        let mut errors = Vec::new();
        let mut has_enforce = false;
        if let Some(value) = get(labels, "enforce") {
            let level = level(value, "enforce", &mut errors);
            has_enforce = level.is_some();
            self.enforce.level = level.unwrap_or(Level::Restricted);
        }
        version(labels, "enforce-version", &mut self.enforce, &mut errors);
        if let Some(value) = get(labels, "audit") {
            self.audit.level = level(value, "audit", &mut errors).unwrap_or(Level::Privileged);
        }
        version(labels, "audit-version", &mut self.audit, &mut errors);
        if let Some(value) = get(labels, "warn") {
            self.warn.level = level(value, "warn", &mut errors).unwrap_or(Level::Privileged);
        }
        version(labels, "warn-version", &mut self.warn, &mut errors);
        // Who refuses more than is warned of warns of it too.
        if get(labels, "warn").is_none() && has_enforce && self.enforce.level > self.warn.level {
            self.warn.level = self.enforce.level;
            if get(labels, "warn-version").is_none() {
                self.warn.version = self.enforce.version;
            }
        }
        (self, errors)
    }

    pub(super) fn is_privileged(&self) -> bool {
        [self.enforce, self.audit, self.warn].iter().all(|standard| standard.level == Level::Privileged)
    }

    pub(super) fn is_as_good_as(&self, other: &Self) -> bool {
        self.enforce.is_as_good_as(other.enforce)
            && self.audit.is_as_good_as(other.audit)
            && self.warn.is_as_good_as(other.warn)
    }

    /// The modes that a label sets to something that is not privileged: `enforce=baseline:v1.29, …`.
    pub(super) fn set_by(&self, labels: &Labels) -> String {
        let modes = [("enforce", self.enforce), ("audit", self.audit), ("warn", self.warn)];
        let is_set =
            |mode: &str| get(labels, mode).is_some() || get(labels, &format!("{mode}-version")).is_some();
        let named: Vec<String> = modes
            .iter()
            .filter(|(mode, standard)| standard.level != Level::Privileged && is_set(mode))
            .map(|(mode, standard)| format!("{mode}={standard}"))
            .collect();
        named.join(", ")
    }
}

fn get<'l>(labels: &'l Labels, name: &str) -> Option<&'l str> {
    labels.get(&format!("{PREFIX}{name}")).map(String::as_str)
}

fn level(value: &str, name: &str, errors: &mut Vec<LabelError>) -> Option<Level> {
    let level = value.parse().ok();
    if level.is_none() {
        errors.push(LabelError { label: format!("{PREFIX}{name}"), value: value.to_owned(), why: BAD_LEVEL });
    }
    level
}

fn version(labels: &Labels, name: &str, standard: &mut Standard, errors: &mut Vec<LabelError>) {
    let Some(value) = get(labels, name) else { return };
    let asked = asked(value);
    standard.version = asked.unwrap_or(Asked::Latest);
    if asked.is_none() {
        let (label, value) = (format!("{PREFIX}{name}"), value.to_owned());
        errors.push(LabelError { label, value, why: BAD_VERSION });
    }
}

/// `latest` or `v1.N`, where N is a number of Go (`strconv.Atoi`) without a leading zero.
fn asked(text: &str) -> Option<Asked> {
    if text == "latest" {
        return Some(Asked::Latest);
    }
    let digits = text.strip_prefix("v1.")?;
    let plain = digits == "0" || !digits.starts_with('0');
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i64>().ok())??;
    plain.then(|| Asked::Minor(number.unsigned_abs()))
}

impl fmt::Display for LabelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { label, value, why } = self;
        write!(f, "metadata.labels[{label}]: Invalid value: {}: {why}", go_quoted(value))
    }
}

/// Several errors as one, as `field.ErrorList` prints them.
pub(super) fn aggregate(errors: &[LabelError]) -> String {
    let mut texts: Vec<String> = Vec::new();
    for text in errors.iter().map(LabelError::to_string) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    if texts.len() == 1 { texts.remove(0) } else { format!("[{}]", texts.join(", ")) }
}
