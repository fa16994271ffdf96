//! Which rules can the API server run by itself, and how do they read in its words?
//!
//! Each has a twin beside it, `checks/<stem>.cel`: a list of those to blame, its first line the message. The others
//! are listed with what stands against it. Verdicts are equal to those of the native rules on objects as the API
//! server holds them (`tests/it/in_cel.rs`).

mod table;
mod variables;

use object::Version;

pub use table::TWINS;
pub(crate) use variables::text;
use variables::{all, named};

/// What is known of a rule in the API server's own words.
#[derive(Clone, Copy, Debug)]
pub enum Twin {
    /// It can be said.
    Cel(InCel),
    /// It cannot, for this reason.
    Never(&'static str),
}

/// A rule in CEL.
#[derive(Clone, Copy, Debug)]
pub struct InCel {
    /// Which objects it is about.
    pub about: About,
    text: &'static str,
}

/// Which objects a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Pods and whatever makes pods.
    Pods,
    /// Other objects.
    Objects(&'static [Resource]),
}

/// A resource of the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource {
    /// `apps`; empty for the core group.
    pub group: &'static str,
    /// `deployments`.
    pub name: &'static str,
    /// `Deployment`.
    pub kind: &'static str,
    /// Whether its objects lie in namespaces.
    pub scope: Scope,
}

/// Where the objects of a resource lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In namespaces.
    Namespaced,
    /// In none.
    Cluster,
}

/// What the expressions know of the cluster.
#[derive(Clone, Debug)]
pub struct Facts<'f> {
    /// Its release.
    pub version: Version,
    /// Registries that images may come from; empty: any.
    pub registries: &'f [String],
}

impl InCel {
    /// What is wrong with those to blame.
    pub fn message(&self) -> &'static str {
        let first = self.text.lines().next().unwrap_or_default();
        first.trim_start_matches('/').trim()
    }

    /// A list of strings: who is to blame.
    pub fn blame(&self) -> &'static str {
        self.text.split_once('\n').map_or("", |(_, rest)| rest.trim_end())
    }
}

/// The variables that an expression stands on, in an order in which each knows those before it.
pub fn variables_of(expression: &str, facts: &Facts<'_>) -> Vec<(&'static str, String)> {
    let known = all(facts);
    let mut wanted = named(expression);
    for (name, text) in known.iter().rev() {
        if wanted.contains(*name) {
            wanted.extend(named(text));
        }
    }
    known.into_iter().filter(|(name, _)| wanted.contains(*name)).collect()
}

/// What is known of the rule with this id.
pub fn twin(id: &str) -> Option<Twin> {
    TWINS.iter().find(|(known, _)| *known == id).map(|(_, twin)| *twin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CHECKS;

    #[test]
    fn every_rule_has_a_twin_or_a_reason_once() {
        let ids: Vec<&str> = CHECKS.iter().map(|check| check.id).collect();
        let listed: Vec<&str> = TWINS.iter().map(|(id, _)| *id).collect();
        let mut sorted = (ids.clone(), listed.clone());
        sorted.0.sort_unstable();
        sorted.1.sort_unstable();
        assert_eq!(sorted.0, sorted.1);
        for (id, twin) in TWINS {
            match twin {
                Twin::Cel(rule) => assert!(!rule.message().is_empty() && !rule.blame().is_empty(), "{id}"),
                Twin::Never(why) => assert!(why.len() > 10, "{id}"),
            }
        }
    }
}
