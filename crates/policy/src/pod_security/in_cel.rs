//! How does each check read in Kubernetes' own words?
//!
//! Every revision again as a CEL expression, for policies that the API server runs by itself. Verdicts are
//! equal to those of the native checks (`tests/it/in_cel.rs`); messages name who is to blame, in fewer
//! words than Pod Security admission.
//!
//! The expressions see `variables.spec`, `variables.annotations` and `variables.containers` of [`VARIABLES`].

use object::{Version, v};

use super::checks::capabilities::BASELINE;
use super::checks::volumes::{ALLOWED, REFUSED};
use super::registry::Check;
use super::safe_sysctls;

/// What the expressions stand on: the pod of any kind that Kubernetes knows, and its containers in the order
/// of a denial.
pub const VARIABLES: [(&str, &str); 4] = [
    (
        "template",
        "object.kind == 'Pod' ? object : \
         object.kind == 'PodTemplate' ? object.?template.orValue({}) : \
         object.kind == 'CronJob' ? object.spec.jobTemplate.spec.template : \
         object.?spec.?template.orValue({})",
    ),
    ("spec", "variables.template.?spec.orValue({})"),
    ("annotations", "variables.template.?metadata.?annotations.orValue({})"),
    (
        "containers",
        "variables.spec.?initContainers.orValue([]) + variables.spec.?containers.orValue([]) + \
         variables.spec.?ephemeralContainers.orValue([])",
    ),
];

/// One revision of a check in CEL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InCel {
    /// A list of strings: who is to blame. The pod passes when it is empty.
    pub blame: String,
    /// What is wrong, such as `privileged`.
    pub reason: &'static str,
    /// What the blamed must do, to follow their names; may be empty.
    pub advice: &'static str,
}

/// The check as CEL.
pub fn in_cel(check: &Check) -> Option<InCel> {
    let (blame, reason, advice) = match check.id {
        "allowPrivilegeEscalation" => (
            containers("c.?securityContext.?allowPrivilegeEscalation.orValue(true)"),
            "allowPrivilegeEscalation != false",
            "must set securityContext.allowPrivilegeEscalation=false",
        ),
        "appArmorProfile" => (
            format!("{} + {}", both(&set_outside("appArmorProfile")), app_armor_annotations()),
            "forbidden AppArmor profile",
            "must set AppArmor profile type to RuntimeDefault or Localhost only",
        ),
        "capabilities_baseline" => (
            containers(&adds_outside(&BASELINE)),
            "non-default capabilities",
            "must not include others than the default ones in securityContext.capabilities.add",
        ),
        "capabilities_restricted" => (
            containers(&format!(
                "!('ALL' in c.?securityContext.?capabilities.?drop.orValue([])) || {}",
                adds_outside(&["NET_BIND_SERVICE"])
            )),
            "unrestricted capabilities",
            "must set securityContext.capabilities.drop=[\"ALL\"] and add NET_BIND_SERVICE at most",
        ),
        "hostNamespaces" => (
            "['hostNetwork', 'hostPID', 'hostIPC'].filter(f, variables.spec[?f].orValue(false)).map(f, f + '=true')"
                .to_owned(),
            "host namespaces",
            "",
        ),
        "hostPathVolumes" => (volumes("has(v.hostPath)"), "hostPath volumes", ""),
        "hostPorts" => (containers(HOST_PORT), "hostPort", "must not use a hostPort"),
        "hostProbesAndHostLifecycle" => {
            (containers(HOST_CALL), "probe or lifecycle host", "must not name a probe or lifecycle host")
        }
        "privileged" => (
            containers("c.?securityContext.?privileged.orValue(false)"),
            "privileged",
            "must not set securityContext.privileged=true",
        ),
        "procMount" | "procMount_restricted" => (
            containers("c.?securityContext.?procMount.orValue('Default') != 'Default'"),
            "procMount",
            "must set securityContext.procMount to \"Default\" only",
        ),
        "restrictedVolumes" => (
            volumes(&format!(
                "!{}.exists(k, k in v) && {}.exists(k, k in v)",
                list(&ALLOWED),
                list(&REFUSED)
            )),
            "restricted volume types",
            "must use an allowed volume type",
        ),
        "runAsNonRoot" => (
            format!(
                "{} + {}",
                pod("!variables.spec.?securityContext.?runAsNonRoot.orValue(true)"),
                containers(
                    "!c.?securityContext.?runAsNonRoot.or(variables.spec.?securityContext.?runAsNonRoot).orValue(false)"
                )
            ),
            "runAsNonRoot != true",
            "must set securityContext.runAsNonRoot=true",
        ),
        "runAsUser" => {
            (both("$.?securityContext.?runAsUser.orValue(1) == 0"), "runAsUser=0", "must not set runAsUser=0")
        }
        "seLinuxOptions" => (
            both(&se_linux(check.since)),
            "seLinuxOptions",
            "set forbidden securityContext.seLinuxOptions",
        ),
        "seccompProfile_baseline" if check.since < v(1, 19) => {
            (seccomp_annotations(), "seccompProfile", "must name a profile other than unconfined")
        }
        "seccompProfile_baseline" => (both(&set_outside("seccompProfile")), "seccompProfile", SECCOMP),
        "seccompProfile_restricted" => (
            format!("{} + {}", pod(&of_pod(&set_outside("seccompProfile"))), containers(SECCOMP_MISSING)),
            "seccompProfile",
            SECCOMP,
        ),
        "sysctls" => (sysctls(check.since), "forbidden sysctls", ""),
        "windowsHostProcess" => (
            both("$.?securityContext.?windowsOptions.?hostProcess.orValue(false)"),
            "hostProcess",
            "must not set securityContext.windowsOptions.hostProcess=true",
        ),
        _ => return None,
    };
    let blame = match exemption(check) {
        Some(exempt) => format!("{exempt} ? [] : {blame}"),
        None => blame,
    };
    Some(InCel { blame, reason, advice })
}

const SECCOMP: &str = "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"";

const SECCOMP_MISSING: &str = "!(c.?securityContext.?seccompProfile\
    .or(variables.spec.?securityContext.?seccompProfile).?type.orValue('') in ['RuntimeDefault', 'Localhost'])";

const HOST_PORT: &str = "c.?ports.orValue([]).exists(p, p.?hostPort.orValue(0) != 0)";

const HOST_CALL: &str = "[c.?livenessProbe, c.?readinessProbe, c.?startupProbe, c.?lifecycle.?postStart, \
    c.?lifecycle.?preStop].exists(h, h.?httpGet.?host.orValue('') != '' || h.?tcpSocket.?host.orValue('') != '')";

/// The pods to which a revision does not apply.
fn exemption(check: &Check) -> Option<&'static str> {
    const WINDOWS: &str = "variables.spec.?os.?name.orValue('') == 'windows'";
    const USER_NAMESPACE: &str = "!variables.spec.?hostUsers.orValue(true)";
    match check.id {
        "allowPrivilegeEscalation" | "capabilities_restricted" | "seccompProfile_restricted"
            if check.since >= v(1, 25) =>
        {
            Some(WINDOWS)
        }
        "procMount" | "runAsNonRoot" | "runAsUser" if check.since >= v(1, 35) => Some(USER_NAMESPACE),
        _ => None,
    }
}

/// The containers that satisfy a predicate over `c`.
fn containers(predicate: &str) -> String {
    format!("variables.containers.filter(c, {predicate}).map(c, 'container \"' + c.name + '\"')")
}

/// The pod itself, if a predicate holds.
fn pod(predicate: &str) -> String {
    format!("({predicate} ? ['pod'] : [])")
}

/// Pod and containers by one predicate over `$`.
fn both(predicate: &str) -> String {
    format!("{} + {}", pod(&of_pod(predicate)), containers(&predicate.replace('$', "c")))
}

fn of_pod(predicate: &str) -> String {
    predicate.replace('$', "variables.spec")
}

/// The volumes that satisfy a predicate over `v`.
fn volumes(predicate: &str) -> String {
    format!("variables.spec.?volumes.orValue([]).filter(v, {predicate}).map(v, 'volume \"' + v.name + '\"')")
}

/// A profile is given, and its type is none of the standard's.
fn set_outside(profile: &str) -> String {
    let field = format!("$.?securityContext.?{profile}");
    format!("{field}.hasValue() && !({field}.?type.orValue('') in ['RuntimeDefault', 'Localhost'])")
}

fn adds_outside(allowed: &[&str]) -> String {
    format!("c.?securityContext.?capabilities.?add.orValue([]).exists(x, !(x in {}))", list(allowed))
}

fn se_linux(since: Version) -> String {
    let mut types = vec!["", "container_t", "container_init_t", "container_kvm_t"];
    if since >= v(1, 31) {
        types.push("container_engine_t");
    }
    let options = "$.?securityContext.?seLinuxOptions";
    format!(
        "!({options}.?type.orValue('') in {}) || {options}.?user.orValue('') != '' || {options}.?role.orValue('') != ''",
        list(&types)
    )
}

fn sysctls(since: Version) -> String {
    let safe: Vec<_> = safe_sysctls(since).collect();
    format!(
        "variables.spec.?securityContext.?sysctls.orValue([]).filter(s, !(s.name in {})).map(s, s.name)",
        list(&safe)
    )
}

fn app_armor_annotations() -> String {
    blamed_annotations(
        "k.startsWith('container.apparmor.security.beta.kubernetes.io/')",
        "variables.annotations[k] in ['', 'runtime/default'] || variables.annotations[k].startsWith('localhost/')",
    )
}

fn seccomp_annotations() -> String {
    blamed_annotations(
        "k == 'seccomp.security.alpha.kubernetes.io/pod' || \
         variables.containers.exists(c, k == 'container.seccomp.security.alpha.kubernetes.io/' + c.name)",
        "variables.annotations[k] in ['runtime/default', 'docker/default'] || \
         variables.annotations[k].startsWith('localhost/')",
    )
}

fn blamed_annotations(which: &str, allowed: &str) -> String {
    format!("variables.annotations.filter(k, ({which}) && !({allowed})).map(k, 'annotation \"' + k + '\"')")
}

/// A list of strings as CEL writes it. The names of the standards need no escape.
fn list(items: &[&str]) -> String {
    format!("['{}']", items.join("', '"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pod_security::{Level, Policy, in_force};

    #[test]
    fn every_check_of_every_version_has_a_twin() {
        for minor in 0..=40 {
            for level in ["baseline", "restricted"] {
                let policy: Policy = format!("{level}@1.{minor}").parse().unwrap();
                for check in in_force(policy) {
                    assert!(in_cel(&check).is_some(), "{} of {level} 1.{minor}", check.id);
                }
            }
        }
        assert!(Level::Baseline < Level::Restricted);
    }
}
