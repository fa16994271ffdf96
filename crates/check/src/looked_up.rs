//! Which kinds do rules look up beside the object they judge?
//!
//! Whoever cannot hold a whole cluster holds these, and what carries pods.

use crate::network::{FOREIGN, FOREIGN_CLUSTERWIDE};

const KINDS: [(&str, &str); 11] = [
    ("", "Namespace"),
    ("", "ServiceAccount"),
    ("", "LimitRange"),
    ("", "Service"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("extensions", "NetworkPolicy"),
    ("node.k8s.io", "RuntimeClass"),
    ("rbac.authorization.k8s.io", "Role"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "RoleBinding"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
];

/// Whether some rule looks objects of this kind up while it judges another.
pub fn is_looked_up(group: &str, kind: &str) -> bool {
    [&KINDS[..], &FOREIGN, &FOREIGN_CLUSTERWIDE].iter().any(|kinds| kinds.contains(&(group, kind)))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    /// What else an inventory is asked, and the kinds that answer.
    const OTHERWISE: [(&str, &[(&str, &str)]); 3] = [
        ("roles_of(", &[("rbac.authorization.k8s.io", "Role"), ("rbac.authorization.k8s.io", "ClusterRole")]),
        (
            "bindings_of(",
            &[
                ("rbac.authorization.k8s.io", "RoleBinding"),
                ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
            ],
        ),
        ("policies_of(", &[("networking.k8s.io", "NetworkPolicy")]),
    ];

    /// The source of every rule.
    fn sources(directory: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("looked_up.rs") {
                found.push(fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn every_kind_that_a_rule_looks_up_is_in_the_list() {
        let mut texts = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
        let calls_of = |name: &str| -> Vec<&str> {
            let rest = texts.iter().flat_map(|text| text.split(name).skip(1));
            rest.map(|rest| rest.lines().next().unwrap()).collect()
        };
        let by_kind = calls_of("of_kind(");
        for call in &by_kind {
            let mut words = call.split('"').skip(1).step_by(2);
            if let (true, Some(group), Some(kind)) = (call.starts_with('"'), words.next(), words.next()) {
                assert!(super::is_looked_up(group, kind), "{group}/{kind}");
            }
        }
        let mut calls = by_kind.len();
        for (name, kinds) in OTHERWISE {
            assert!(!calls_of(name).is_empty(), "no rule asks by `{name}` any more");
            calls += calls_of(name).len();
            for (group, kind) in kinds {
                assert!(super::is_looked_up(group, kind), "{group}/{kind}");
            }
        }
        assert!(calls > 8, "the rules call it otherwise now");
    }
}
