//! Which checks of other tools ask what our rules ask?
//!
//! One of our rules may stand for several of theirs. What asks something near but other is not mapped: the table
//! would be full of differences that nobody got wrong.

/// A tool we compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    KubeLinter,
    Checkov,
}

impl Tool {
    /// The name of its program.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::KubeLinter => "kube-linter",
            Self::Checkov => "checkov",
        }
    }
}

/// One of our rules and what asks the same elsewhere.
pub(super) struct Mapping {
    pub(super) rule: &'static str,
    pub(super) kube_linter: &'static [&'static str],
    pub(super) checkov: &'static [&'static str],
}

impl Mapping {
    /// The checks of a tool.
    pub(super) fn of(&self, tool: Tool) -> &'static [&'static str] {
        match tool {
            Tool::KubeLinter => self.kube_linter,
            Tool::Checkov => self.checkov,
        }
    }
}

const fn map(
    rule: &'static str,
    kube_linter: &'static [&'static str],
    checkov: &'static [&'static str],
) -> Mapping {
    Mapping { rule, kube_linter, checkov }
}

pub(super) const MAPPINGS: &[Mapping] = &[
    map("privileged-container", &["privileged-container"], &["CKV_K8S_16"]),
    map("runtime-socket-mount", &["docker-sock"], &["CKV_K8S_27"]),
    map(
        "host-namespace",
        &["host-network", "host-pid", "host-ipc"],
        &["CKV_K8S_17", "CKV_K8S_18", "CKV_K8S_19"],
    ),
    map("host-path-volume", &["sensitive-host-mounts"], &[]),
    map("host-path-writable", &["writable-host-mount"], &[]),
    map("host-port", &[], &["CKV_K8S_26"]),
    map("capability-added", &[], &["CKV_K8S_25", "CKV_K8S_39"]),
    map("capability-not-dropped", &[], &["CKV_K8S_37"]),
    map("net-raw-kept", &["drop-net-raw-capability"], &["CKV_K8S_28"]),
    map("privilege-escalation-allowed", &["privilege-escalation-container"], &["CKV_K8S_20"]),
    map("run-as-root", &["run-as-non-root"], &["CKV_K8S_23"]),
    map("seccomp-unset", &[], &["CKV_K8S_31"]),
    map("proc-mount-unmasked", &["unsafe-proc-mount"], &[]),
    map("unsafe-sysctl", &["unsafe-sysctls"], &[]),
    map("writable-root-filesystem", &["no-read-only-root-fs"], &["CKV_K8S_22"]),
    map("cpu-request-missing", &["unset-cpu-requirements"], &["CKV_K8S_10"]),
    map("memory-limit-missing", &["unset-memory-requirements"], &["CKV_K8S_13"]),
    map("mutable-image-tag", &["latest-tag"], &["CKV_K8S_14"]),
    map("image-not-pinned", &[], &["CKV_K8S_43"]),
    map("stale-pull-policy", &[], &["CKV_K8S_15"]),
    map("secret-in-env", &["env-var-secret"], &[]),
    map("secret-env-reference", &["read-secret-from-env-var"], &["CKV_K8S_35"]),
    map("sa-token-automount", &[], &["CKV_K8S_38"]),
    map("default-service-account", &["default-service-account"], &[]),
    map("deprecated-service-account-field", &["deprecated-service-account-field"], &[]),
    map("no-network-policy", &["non-isolated-pod"], &["CKV2_K8S_6"]),
    map(
        "dangling-network-policy",
        &["dangling-networkpolicy", "dangling-networkpolicypeer-podselector"],
        &[],
    ),
    map("load-balancer-open", &["exposed-services"], &[]),
    map("ssh-port-exposed", &["ssh-port"], &[]),
    map("rbac-wildcard", &["wildcard-in-rules"], &["CKV_K8S_49"]),
    map("rbac-cluster-admin", &["cluster-admin-role-binding"], &[]),
    map("rbac-secret-read", &["access-to-secrets"], &["CKV2_K8S_5"]),
    map("rbac-pod-create", &["access-to-create-pods"], &[]),
    map("rbac-pod-exec", &[], &["CKV2_K8S_2"]),
    map("rbac-escalate", &[], &["CKV_K8S_157", "CKV_K8S_158", "CKV2_K8S_3"]),
    map("rbac-webhook-write", &[], &["CKV_K8S_155"]),
    map("removed-api-version", &["no-extensions-v1beta"], &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_stands_once_and_every_check_speaks_for_one_rule() {
        let unique = |mut names: Vec<&str>| {
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            names.len() == count
        };
        assert!(unique(MAPPINGS.iter().map(|mapping| mapping.rule).collect()));
        for tool in [Tool::KubeLinter, Tool::Checkov] {
            assert!(unique(MAPPINGS.iter().flat_map(|mapping| mapping.of(tool)).copied().collect()));
        }
        assert!(MAPPINGS.iter().all(|mapping| mapping.kube_linter.len() + mapping.checkov.len() > 0));
    }
}
