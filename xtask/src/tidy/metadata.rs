//! What does cargo resolve, and who depends on whom?

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use serde_json::Value;

/// What a dependency is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// In the binary.
    Normal,
    /// In build scripts or tests.
    Other,
}

/// One resolved package.
#[derive(Debug)]
pub(super) struct Package {
    /// The name in its `Cargo.toml`.
    pub(super) name: String,
    /// Its version.
    pub(super) version: String,
    /// The SPDX expression, where it declares one.
    pub(super) licence: Option<String>,
    /// Whether it is a member of this workspace.
    pub(super) ours: bool,
    /// Package ids it depends on.
    pub(super) needs: Vec<(String, Kind)>,
}

/// The resolved graph, by package id.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    /// Every package, for every platform.
    pub(super) packages: BTreeMap<String, Package>,
}

impl Metadata {
    /// Reads `cargo metadata --format-version 1`.
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        let root: Value = serde_json::from_str(text)?;
        let members: BTreeSet<&str> =
            list(&root["workspace_members"])?.iter().filter_map(Value::as_str).collect();
        let mut packages = BTreeMap::new();
        for value in list(&root["packages"])? {
            let id = word(value, "id")?;
            let package = Package {
                name: word(value, "name")?.to_owned(),
                version: word(value, "version")?.to_owned(),
                licence: value["license"].as_str().map(str::to_owned),
                ours: members.contains(id),
                needs: Vec::new(),
            };
            packages.insert(id.to_owned(), package);
        }
        for node in list(&root["resolve"]["nodes"])? {
            let package = packages.get_mut(word(node, "id")?).context("a resolved package is not listed")?;
            package.needs = needs(node)?;
        }
        Ok(Self { packages })
    }

    /// The members of this workspace.
    pub(super) fn ours(&self) -> impl Iterator<Item = (&String, &Package)> {
        self.packages.iter().filter(|(_, package)| package.ours)
    }

    /// Names and kinds of what a package asks for itself.
    pub(super) fn direct<'a>(&'a self, package: &'a Package) -> impl Iterator<Item = (&'a Package, Kind)> {
        package.needs.iter().filter_map(|(id, kind)| Some((self.packages.get(id)?, *kind)))
    }

    /// The shortest way over normal dependencies from `id` to a package that `wanted` accepts, names in order.
    pub(super) fn path(&self, id: &str, wanted: impl Fn(&Package) -> bool) -> Option<Vec<&str>> {
        let mut ways: Vec<Vec<&str>> = vec![vec![id]];
        let mut seen: BTreeSet<&str> = BTreeSet::from([id]);
        let mut turn = 0;
        while let Some(way) = ways.get(turn).cloned() {
            turn += 1;
            let package = self.packages.get(*way.last()?)?;
            if way.len() > 1 && wanted(package) {
                return Some(
                    way.iter().filter_map(|id| Some(self.packages.get(*id)?.name.as_str())).collect(),
                );
            }
            for (next, kind) in &package.needs {
                if *kind == Kind::Normal && seen.insert(next) {
                    ways.push(way.iter().copied().chain([next.as_str()]).collect());
                }
            }
        }
        None
    }
}

fn needs(node: &Value) -> anyhow::Result<Vec<(String, Kind)>> {
    let mut needs = Vec::new();
    for dependency in list(&node["deps"])? {
        let normal = list(&dependency["dep_kinds"])?.iter().any(|kind| kind["kind"].is_null());
        needs.push((word(dependency, "pkg")?.to_owned(), if normal { Kind::Normal } else { Kind::Other }));
    }
    Ok(needs)
}

fn list(value: &Value) -> anyhow::Result<&Vec<Value>> {
    value.as_array().context("a list is missing")
}

fn word<'a>(value: &'a Value, key: &str) -> anyhow::Result<&'a str> {
    value[key].as_str().with_context(|| format!("`{key}` is missing"))
}

#[cfg(test)]
impl Metadata {
    /// A graph from lines such as `object: finding serde testkit?`; names in `ours` are members, `?` is no normal dependency.
    pub(super) fn of(lines: &str, ours: &[&str]) -> Self {
        let mut all = Self::default();
        let package = |name: &str| Package {
            name: name.split('@').next().unwrap().to_owned(),
            version: name.split('@').nth(1).unwrap_or("1.0.0").to_owned(),
            licence: Some("MIT".to_owned()),
            ours: ours.contains(&name),
            needs: Vec::new(),
        };
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (name, needs) = line.split_once(':').unwrap();
            let mut this = package(name);
            for need in needs.split_whitespace() {
                let kind = if need.ends_with('?') { Kind::Other } else { Kind::Normal };
                let need = need.trim_end_matches('?');
                all.packages.entry(need.to_owned()).or_insert_with(|| package(need));
                this.needs.push((need.to_owned(), kind));
            }
            all.packages.insert(name.to_owned(), this);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_s_own_words_are_understood() {
        let text = r#"{"workspace_members":["a#1"],"packages":[
            {"id":"a#1","name":"a","version":"1.0.0","license":null},
            {"id":"b#1","name":"b","version":"2.0.0","license":"MIT"}],
            "resolve":{"nodes":[{"id":"a#1","deps":[{"pkg":"b#1","dep_kinds":[{"kind":"dev"},{"kind":null}]}]},{"id":"b#1","deps":[]}]}}"#;
        let all = Metadata::parse(text).unwrap();
        assert_eq!(all.packages["a#1"].needs, [("b#1".to_owned(), Kind::Normal)]);
        assert!(all.packages["a#1"].ours && !all.packages["b#1"].ours);
        assert_eq!(all.path("a#1", |package| package.name == "b"), Some(vec!["a", "b"]));
        assert!(Metadata::parse("{}").is_err());
    }
}
