//! Which checks are in force at a level and version?

use object::{Pod, Version, v};

use super::checks::{
    app_armor, capabilities, host, host_ports, host_probes, privilege_escalation, privileged, proc_mount,
    run_as, se_linux, seccomp, sysctls, volumes, windows,
};
use super::{Level, Policy, Refusal};

/// One revision of an upstream check.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Upstream id, such as `hostNamespaces`.
    pub id: &'static str,
    /// The standard it belongs to.
    pub level: Level,
    /// The first version of the standards that has this revision.
    pub since: Version,
    /// Baseline checks that restricted does not run beside it.
    pub overrides: &'static [&'static str],
    pub(crate) run: for<'a> fn(&Pod<'a>) -> Option<Refusal<'a>>,
}

type Run = for<'a> fn(&Pod<'a>) -> Option<Refusal<'a>>;

const fn baseline(id: &'static str, since: Version, run: Run) -> Check {
    Check { id, level: Level::Baseline, since, overrides: &[], run }
}

const fn restricted(id: &'static str, since: Version, run: Run, overrides: &'static [&'static str]) -> Check {
    Check { id, level: Level::Restricted, since, overrides, run }
}

/// Every revision of every check: baseline before restricted, ids in byte order, revisions oldest first.
/// The order of the ids is the order of a denial.
const REVISIONS: &[Check] = &[
    baseline("appArmorProfile", v(1, 0), app_armor::check),
    baseline("capabilities_baseline", v(1, 0), capabilities::baseline),
    baseline("hostNamespaces", v(1, 0), host::namespaces),
    baseline("hostPathVolumes", v(1, 0), volumes::host_path),
    baseline("hostPorts", v(1, 0), host_ports::check),
    baseline("hostProbesAndHostLifecycle", v(1, 34), host_probes::check),
    baseline("privileged", v(1, 0), privileged::check),
    baseline("procMount", v(1, 0), proc_mount::strict),
    baseline("procMount", v(1, 35), proc_mount::relaxed),
    baseline("seLinuxOptions", v(1, 0), se_linux::v1_0),
    baseline("seLinuxOptions", v(1, 31), se_linux::v1_31),
    baseline("seccompProfile_baseline", v(1, 0), seccomp::v1_0),
    baseline("seccompProfile_baseline", v(1, 19), seccomp::baseline),
    baseline("sysctls", v(1, 0), sysctls::v1_0),
    baseline("sysctls", v(1, 27), sysctls::v1_27),
    baseline("sysctls", v(1, 29), sysctls::v1_29),
    baseline("sysctls", v(1, 32), sysctls::v1_32),
    baseline("sysctls", v(1, 37), sysctls::v1_37),
    baseline("windowsHostProcess", v(1, 0), windows::host_process),
    restricted("allowPrivilegeEscalation", v(1, 8), privilege_escalation::v1_8, &[]),
    restricted("allowPrivilegeEscalation", v(1, 25), privilege_escalation::v1_25, &[]),
    restricted("capabilities_restricted", v(1, 22), capabilities::restricted, &["capabilities_baseline"]),
    restricted(
        "capabilities_restricted",
        v(1, 25),
        capabilities::restricted_1_25,
        &["capabilities_baseline"],
    ),
    restricted("procMount_restricted", v(1, 35), proc_mount::strict, &["procMount"]),
    restricted("restrictedVolumes", v(1, 0), volumes::restricted, &["hostPathVolumes"]),
    restricted("runAsNonRoot", v(1, 0), run_as::non_root, &[]),
    restricted("runAsNonRoot", v(1, 35), run_as::non_root_1_35, &[]),
    restricted("runAsUser", v(1, 23), run_as::user, &[]),
    restricted("runAsUser", v(1, 35), run_as::user_1_35, &[]),
    restricted("seccompProfile_restricted", v(1, 19), seccomp::restricted, &["seccompProfile_baseline"]),
    restricted("seccompProfile_restricted", v(1, 25), seccomp::restricted_1_25, &["seccompProfile_baseline"]),
];

/// The checks that a policy runs, in the order of a denial.
pub fn in_force(policy: Policy) -> Vec<Check> {
    let version = policy.version.effective();
    let mut active: Vec<Check> = Vec::with_capacity(REVISIONS.len());
    for check in REVISIONS.iter().filter(|check| check.level <= policy.level && check.since <= version) {
        match active.last_mut() {
            Some(older) if older.id == check.id => *older = *check,
            _ => active.push(*check),
        }
    }
    let overridden: Vec<&str> = active.iter().flat_map(|check| check.overrides.iter().copied()).collect();
    active.retain(|check| !overridden.contains(&check.id));
    active
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_stand_in_the_order_of_a_denial() {
        let key = |check: &Check| (check.level, check.id, check.since);
        assert!(REVISIONS.is_sorted_by_key(key));
    }

    #[test]
    fn an_override_applies_only_where_the_overriding_revision_is_in_force() {
        let ids = |policy: &str| -> Vec<&str> {
            in_force(policy.parse().unwrap()).into_iter().map(|check| check.id).collect()
        };
        assert!(ids("restricted@1.21").contains(&"capabilities_baseline"));
        assert!(!ids("restricted@1.22").contains(&"capabilities_baseline"));
        assert!(ids("restricted@1.34").contains(&"procMount"));
        assert!(!ids("restricted@1.35").contains(&"procMount"));
        assert!(ids("privileged").is_empty());
        assert_eq!(ids("restricted@1.99"), ids("restricted@1.37"));
    }
}
