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

    /// Every kind that a rule names to `of_kind`, as the source has it.
    fn named(directory: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                named(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("looked_up.rs") {
                let text = fs::read_to_string(path).unwrap();
                found.extend(
                    text.split("of_kind(").skip(1).map(|rest| rest.lines().next().unwrap().to_owned()),
                );
            }
        }
    }

    #[test]
    fn every_kind_that_a_rule_looks_up_is_in_the_list() {
        let mut calls = Vec::new();
        named(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut calls);
        assert!(calls.len() > 8, "the rules call it otherwise now");
        for call in calls {
            let mut words = call.split('"').skip(1).step_by(2);
            if let (true, Some(group), Some(kind)) = (call.starts_with('"'), words.next(), words.next()) {
                assert!(super::is_looked_up(group, kind), "{group}/{kind}");
            }
        }
    }
}
