//! Is there one YAML parser, one TLS stack and one crypto provider?
//!
//! Two YAML parsers read one manifest in two ways, and the difference is a bypass. Two TLS stacks are two sets of roots,
//! advisories and certificates of conformity.

use std::collections::BTreeMap;

use super::Problem;
use super::metadata::Metadata;

/// Crates that do what the chosen one does.
struct Family {
    chosen: &'static str,
    /// Names; a trailing `*` stands for any ending.
    forbidden: &'static [&'static str],
}

const FAMILIES: [Family; 3] = [
    Family {
        chosen: "granit-parser for YAML",
        forbidden: &[
            "serde_yaml",
            "serde_yml",
            "serde_norway",
            "serde_yaml_ng",
            "serde_yaml_bw",
            "yaml-rust",
            "yaml-rust2",
            "unsafe-libyaml",
            "unsafe-libyaml-norway",
            "libyml",
            "marked-yaml",
            "noyalib",
            "saphyr*",
            "libyaml*",
        ],
    },
    Family { chosen: "rustls for TLS", forbidden: &["openssl", "openssl-sys", "native-tls", "schannel"] },
    Family {
        chosen: "ring for cryptography",
        forbidden: &[
            "aws-lc-rs",
            "aws-lc-sys",
            "aws-lc-fips-sys",
            "boring",
            "boring-sys",
            "mbedtls",
            "wolfssl-sys",
            "rust-crypto",
        ],
    },
];

/// Second stacks among everything cargo resolves; a warning for each crate that comes in two versions.
pub(super) fn problems(all: &Metadata) -> Vec<Problem> {
    let mut found = Vec::new();
    for package in all.packages.values() {
        if let Some(family) = FAMILIES.iter().find(|family| family.forbids(&package.name)) {
            let what =
                format!("{} {} is resolved, the choice is {}", package.name, package.version, family.chosen);
            found.push(problem(what, &package.name));
        }
    }
    found.extend(doubles(all));
    found
}

fn problem(what: String, name: &str) -> Problem {
    Problem::new(
        "stacks",
        "Cargo.lock",
        0,
        what,
        format!("`cargo tree --invert {name}` says who brings it; do without or switch its feature off"),
    )
}

impl Family {
    fn forbids(&self, name: &str) -> bool {
        self.forbidden.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == *pattern,
        })
    }
}

fn doubles(all: &Metadata) -> Vec<Problem> {
    let mut lines: BTreeMap<&str, BTreeMap<String, &str>> = BTreeMap::new();
    for package in all.packages.values() {
        lines.entry(&package.name).or_default().insert(line(&package.version), &package.version);
    }
    let twice = lines.into_iter().filter(|(_, versions)| versions.len() > 1);
    twice
        .map(|(name, versions)| {
            let versions: Vec<&str> = versions.into_values().collect();
            let what = format!("{name} in incompatible versions: {}", versions.join(", "));
            problem(what, name).warn()
        })
        .collect()
}

/// What semantic versioning holds compatible: `1` of 1.2.3, `0.4` of 0.4.5, `0.0.6` of 0.0.6.
fn line(version: &str) -> String {
    let parts: Vec<&str> = version.split(['.', '-', '+']).take(3).collect();
    let significant = parts.iter().position(|part| *part != "0").unwrap_or(2);
    parts[..=significant.min(parts.len() - 1)].join(".")
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    fn said(lines: &str) -> Vec<(Level, String)> {
        problems(&Metadata::of(lines, &[])).into_iter().map(|problem| (problem.level, problem.what)).collect()
    }

    #[test]
    fn second_stacks_are_refused() {
        assert!(said("x: granit-parser rustls ring openssl-probe serde-saphyr").is_empty());
        for name in ["serde_yaml", "saphyr-parser", "openssl-sys", "libyaml-safer", "native-tls", "aws-lc-rs"]
        {
            assert_eq!(said(&format!("x: {name}")).len(), 1, "{name}");
        }
    }

    #[test]
    fn incompatible_versions_are_mentioned_and_compatible_ones_are_not() {
        assert_eq!(
            said("x: syn@1.0.9 syn@2.0.1"),
            [(Level::Warning, "syn in incompatible versions: 1.0.9, 2.0.1".to_owned())]
        );
        assert!(said("x: syn@1.0.9 syn@1.2.1").is_empty());
        assert_eq!(["1.2.3", "0.4.5", "0.0.6", "2.0.0-rc.1"].map(line), ["1", "0.4", "0.0.6", "2"]);
    }

    #[test]
    fn cargo_deny_holds_the_same_list() {
        let deny = include_str!("../../../deny.toml");
        for name in FAMILIES.iter().flat_map(|family| family.forbidden).filter(|name| !name.ends_with('*')) {
            assert!(deny.contains(&format!("\"{name}\"")), "deny.toml does not ban {name}");
        }
    }
}
