//! Does a dependency point the wrong way?
//!
//! Data flows one way (docs/decisions/0001-workspace-cut.md): pure crates take bytes and return values, so nothing below them may bring an
//! executor, a socket or the API server, however indirectly.

use super::Problem;
use super::metadata::{Kind, Metadata, Package};

/// Crates that hold no clock, disk, network or environment.
const PURE: [&str; 11] = [
    "finding", "object", "check", "policy", "network", "secret", "advisory", "image", "trust", "attack",
    "profile",
];

/// Our crates at the edges, and what makes a crate asynchronous.
const EFFECTS: [&str; 11] = [
    "registry",
    "cluster",
    "admission",
    "kms",
    "sandbox",
    "tokio",
    "axum",
    "tonic",
    "kube",
    "reqwest",
    "hyper",
];

/// Root crates, rebuilt by everyone, and the only crates of ours they may know.
const ROOTS: [(&str, &[&str]); 2] = [("finding", &[]), ("object", &["finding"])];

/// Dependencies with one owner.
const OWNED: [(&str, &str); 3] = [("kube", "cluster"), ("axum", "admission"), ("tonic", "kms")];

/// Forbidden edges, each with the way it runs.
pub(super) fn problems(all: &Metadata) -> Vec<Problem> {
    let mut found = Vec::new();
    for (id, package) in all.ours() {
        found.extend(impure(all, id, package));
        for (need, kind) in all.direct(package) {
            found.extend(misplaced(package, need, kind));
        }
    }
    found
}

fn impure(all: &Metadata, id: &str, package: &Package) -> Option<Problem> {
    if !PURE.contains(&package.name.as_str()) {
        return None;
    }
    // A foreign crate may well be called `registry` or `cluster`; only ours are meant.
    let effect = |need: &Package| {
        let at = EFFECTS.iter().position(|name| *name == need.name);
        at.is_some_and(|at| need.ours == (at < 5))
    };
    let way = all.path(id, effect)?;
    Some(problem(
        package,
        format!("a pure crate reaches an effect: {}", way.join(" → ")),
        "pass bytes or values in instead",
    ))
}

fn misplaced(package: &Package, need: &Package, kind: Kind) -> Option<Problem> {
    if need.ours && need.name == "testkit" && kind == Kind::Normal {
        return Some(problem(package, "depends on testkit".into(), "move it to [dev-dependencies]"));
    }
    if kind == Kind::Other {
        return None;
    }
    let root = ROOTS.iter().find(|(name, _)| *name == package.name);
    if let Some((_, may)) = root
        && need.ours
        && !may.contains(&need.name.as_str())
    {
        let what = format!("a root crate depends on our `{}`", need.name);
        return Some(problem(package, what, "turn the arrow round: root crates know nobody above them"));
    }
    let (name, owner) = OWNED.iter().find(|(name, owner)| *name == need.name && *owner != package.name)?;
    Some(problem(
        package,
        format!("depends on {name}"),
        format!("only `{owner}` may: ask it through its own functions"),
    ))
}

fn problem(package: &Package, what: String, way_out: impl Into<String>) -> Problem {
    let folder = if package.name == "xtask" { String::new() } else { "crates/".to_owned() };
    Problem::new("edges", &format!("{folder}{}/Cargo.toml", package.name), 0, what, way_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: [&str; 8] =
        ["finding", "object", "check", "policy", "testkit", "cluster", "registry", "xtask"];

    fn said(lines: &str) -> Vec<String> {
        problems(&Metadata::of(lines, &OURS)).into_iter().map(|problem| problem.what).collect()
    }

    #[test]
    fn the_workspace_as_designed_is_accepted() {
        let good = "finding: serde\nobject: finding granit-parser\ncheck: object policy testkit? tokio?\npolicy: object\n\
            testkit: check\ncluster: kube tokio";
        assert!(said(good).is_empty());
    }

    #[test]
    fn a_pure_crate_may_not_reach_an_executor_however_far_below() {
        assert_eq!(
            said("policy: a\na: b\nb: tokio"),
            ["a pure crate reaches an effect: policy → a → b → tokio"]
        );
        assert_eq!(said("check: cluster"), ["a pure crate reaches an effect: check → cluster"]);
    }

    #[test]
    fn a_foreign_crate_with_the_name_of_one_of_ours_is_no_effect() {
        let mut all = Metadata::of("policy: registry", &OURS);
        all.packages.get_mut("registry").unwrap().ours = false;
        assert!(problems(&all).is_empty());
    }

    #[test]
    fn root_crates_know_nobody_above_them() {
        assert_eq!(said("finding: object"), ["a root crate depends on our `object`"]);
        assert_eq!(said("object: policy"), ["a root crate depends on our `policy`"]);
    }

    #[test]
    fn test_helpers_and_owned_dependencies_stay_in_their_place() {
        assert_eq!(said("xtask: testkit"), ["depends on testkit"]);
        assert_eq!(said("xtask: kube"), ["depends on kube"]);
    }
}
