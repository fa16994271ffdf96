//! What does `cofferdam.yaml` say?
//!
//! It is read strictly: a key that nobody knows, or a word where a list belongs, is an error with its
//! line. A setting that is passed over in silence would be a rule that is not enforced.

mod fields;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use finding::{Finding, Severity, Source, Waived, WaivedBy};
use object::{Limits, Node, Version, documents};

use self::fields::{fields, list, text, wrong};
pub use self::place::Place;
use crate::credential::without_credentials;
use crate::waivers::{Covers, Glob, ObjectPattern, Waiver, check_to_waive};
use crate::{Date, Settings, Waivers};

/// The settings of one `cofferdam.yaml`; the default is that of an empty one.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// What the owners accepted.
    pub waivers: Waivers,
    /// Checks that do not run.
    pub off: BTreeSet<&'static str>,
    /// Checks whose findings have another severity here.
    pub severities: BTreeMap<&'static str, Severity>,
    /// From which severity on a run fails.
    pub fail_on: Option<Severity>,
    /// The release to judge for.
    pub kube_version: Option<Version>,
    /// What the rules are told about the cluster.
    pub settings: Settings,
}

/// Why a `cofferdam.yaml` is refused: where, what, and the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct ConfigError {
    /// The path as shown to the user.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What is wrong and the way out.
    pub message: String,
}

const KEYS: [&str; 10] = [
    "waivers",
    "skip",
    "checks",
    "failOn",
    "kubeVersion",
    "registries",
    "kernel",
    "runtimeClasses",
    "sandboxedNamespaces",
    "nodeProfiles",
];

impl Config {
    /// Whether a text is a Kubernetes manifest that happens to have the name of our settings.
    pub fn is_manifest(source: &Arc<Source>) -> bool {
        let trees = documents(source, Limits::default()).trees;
        let has = |key: &str| trees.first().is_some_and(|tree| tree.root().get(key).is_some());
        has("apiVersion") && has("kind")
    }

    /// Reads the settings; `today` decides which waivers are expired.
    pub fn read(source: &Arc<Source>, today: Date, place: &Place) -> Result<Self, ConfigError> {
        let documents = documents(source, Limits::default());
        if let Some(problem) = documents.problems.first() {
            return Err(ConfigError::at(source, problem.span.start, problem.message.clone()));
        }
        let root = match documents.trees.as_slice() {
            [] => return Ok(Self::default()),
            [tree] => tree.root(),
            [_, second, ..] => {
                return Err(wrong(
                    second.root(),
                    "a second document, the settings are one: remove the `---`",
                ));
            }
        };
        let mut config = Self::default();
        for (key, value) in fields(root, &KEYS)? {
            config.take(key, value, today, place)?;
        }
        Ok(config)
    }

    fn take(&mut self, key: &str, value: Node<'_>, today: Date, place: &Place) -> Result<(), ConfigError> {
        let settings = &mut self.settings;
        match key {
            "waivers" => self.waivers = Waivers::of(waivers(value, today, place)?),
            "skip" => {
                for item in fields::items(value)? {
                    self.off.insert(check(item)?);
                }
            }
            "checks" => self.checks(value)?,
            "failOn" => self.fail_on = Some(parsed(value)?),
            "kubeVersion" => self.kube_version = Some(kube_version(value)?),
            "registries" => settings.registries = list(value)?,
            "kernel" => settings.kernel = Some(kernel(value)?),
            "runtimeClasses" => settings.runtime_classes = list(value)?,
            "sandboxedNamespaces" => settings.sandboxed_namespaces = list(value)?,
            _ => {
                for (key, value) in fields(value, &["seccomp", "appArmor"])? {
                    let profiles = match key {
                        "seccomp" => &mut settings.seccomp_profiles,
                        _ => &mut settings.app_armor_profiles,
                    };
                    *profiles = list(value)?;
                }
            }
        }
        Ok(())
    }

    fn checks(&mut self, map: Node<'_>) -> Result<(), ConfigError> {
        for (key, value) in fields::entries(map)? {
            let id = check(key)?;
            if text(value)? == "off" {
                self.off.insert(id);
                continue;
            }
            let severity = text(value)?.parse::<Severity>();
            let severity = severity.map_err(|why| wrong(value, format!("{why}, or off")))?;
            self.severities.insert(id, severity);
        }
        Ok(())
    }

    /// Gives findings the severity they have here.
    pub fn weigh(&self, findings: &mut [Finding]) {
        for finding in findings {
            if let Some(severity) = self.severities.get(finding.id) {
                finding.severity = *severity;
            }
        }
    }
}

impl ConfigError {
    fn at(source: &Source, offset: u32, message: String) -> Self {
        let (file, place) = source.place(offset);
        Self { file: file.to_owned(), line: place.line, message }
    }
}

fn waivers(value: Node<'_>, today: Date, place: &Place) -> Result<Vec<Waiver>, ConfigError> {
    fields::items(value)?.map(|item| waiver(item, today, place)).collect()
}

fn waiver(item: Node<'_>, today: Date, place: &Place) -> Result<Waiver, ConfigError> {
    let known = ["check", "object", "file", "container", "reason", "owner", "expires"];
    let fields: BTreeMap<&str, Node<'_>> = fields(item, &known)?.collect();
    let needed = |key: &str| {
        let missing =
            || wrong(item, format!("the waiver has no `{key}`: check, reason and owner are needed"));
        fields.get(key).copied().ok_or_else(missing)
    };
    let glob = |key: &str| fields.get(key).map(|node| text(*node).map(Glob::new)).transpose();
    let id = needed("check")?;
    let check = check_to_waive(text(id)?).map_err(|why| wrong(id, why))?;
    let (reason, owner) = (text(needed("reason")?)?.to_owned(), text(needed("owner")?)?.to_owned());
    let expires: Option<(Node<'_>, Date)> =
        fields.get("expires").map(|node| parsed(*node).map(|date| (*node, date))).transpose()?;
    let object = fields
        .get("object")
        .map(|node| ObjectPattern::parse(text(*node)?).map_err(|why| wrong(*node, why)))
        .transpose()?;
    let ended = expires.filter(|(_, day)| *day < today);
    Ok(Waiver {
        check,
        covers: Covers::Objects {
            object,
            file: glob("file")?.map(|glob| (glob, place.clone())),
            container: glob("container")?,
        },
        waived: Waived {
            reason: without_credentials(reason),
            by: WaivedBy::Config,
            owner: Some(owner),
            expires: expires.map(|(_, day)| day.to_string()),
        },
        source: Arc::clone(item.source()),
        span: ended.map_or(id, |(node, _)| node).span(),
        expired: ended.map(|(_, day)| day),
    })
}

fn check(node: Node<'_>) -> Result<&'static str, ConfigError> {
    let id = text(node)?;
    crate::find(id).map(|check| check.id).ok_or_else(|| wrong(node, crate::list::unknown(id)))
}

fn parsed<T: std::str::FromStr<Err = String>>(node: Node<'_>) -> Result<T, ConfigError> {
    text(node)?.parse().map_err(|why: String| wrong(node, why))
}

fn kube_version(node: Node<'_>) -> Result<Version, ConfigError> {
    let version = parsed(node)?;
    if version > Version::NEWEST {
        return Err(wrong(node, format!("the newest Kubernetes known here is {}", Version::NEWEST)));
    }
    Ok(version)
}

/// `5.15`; written without quotes it is a number, but its text is still there.
fn kernel(node: Node<'_>) -> Result<(u16, u16), ConfigError> {
    let version = text(node)?;
    let parts =
        version.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    parts.ok_or_else(|| wrong(node, format!("`{version}` is no kernel version, write it as \"5.15\"")))
}

#[cfg(test)]
mod tests;
