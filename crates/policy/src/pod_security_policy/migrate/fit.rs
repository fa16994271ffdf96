//! Which level does a policy correspond to?
//!
//! Each check of the standards is either kept by every pod that the policy admits, or left open by a policy that
//! says nothing about it, or contradicted by a grant. The level is the strictest without a contradiction.

use super::super::document::{Profiles, RunAsUser, SeLinux};
use super::{Note, PodSecurityPolicy};
use crate::pod_security::{BASELINE_CAPABILITIES, Level};

/// The volume types of restricted, in a policy's words.
pub(super) const RESTRICTED_VOLUMES: [&str; 8] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// The SELinux types of baseline.
const TYPES: [&str; 5] = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/// What a policy and a level have to do with each other.
pub(super) struct Fit {
    pub(super) level: Level,
    pub(super) stricter: Vec<Note>,
    pub(super) grants: Vec<Note>,
}

/// How a policy stands to one check.
enum Stand {
    /// Every pod that it admits passes.
    Keeps,
    /// It says nothing, or not all: the check asks more.
    Open(&'static str),
    /// It grants what the check refuses.
    Grants(String),
}

use Stand::{Grants, Keeps, Open};

pub(super) fn fit(policy: &PodSecurityPolicy) -> Fit {
    let mut fit = Fit { level: Level::Privileged, stricter: Vec::new(), grants: Vec::new() };
    for (level, checks) in [(Level::Baseline, baseline(policy)), (Level::Restricted, restricted(policy))] {
        let mut stricter = Vec::new();
        for (id, stand) in checks {
            match stand {
                Keeps => {}
                Open(text) => stricter.push(Note::new(id, text)),
                Grants(text) => fit.grants.push(Note::new(id, text)),
            }
        }
        if !fit.grants.is_empty() {
            return fit;
        }
        fit.level = level;
        fit.stricter.extend(stricter);
    }
    fit
}

type Checks = Vec<(&'static str, Stand)>;

fn baseline(policy: &PodSecurityPolicy) -> Checks {
    let granted = |grants: bool, text: &str| if grants { Grants(text.to_owned()) } else { Keeps };
    let namespaces =
        [("hostNetwork", policy.host_network), ("hostPID", policy.host_pid), ("hostIPC", policy.host_ipc)];
    let shared: Vec<&str> = namespaces.into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect();
    let proc = policy.allowed_proc_mount_types.iter().any(|kind| kind == "Unmasked");
    let volumes = policy.volumes.all || policy.volumes.named.contains("hostPath");
    vec![
        ("hostNamespaces", granted(!shared.is_empty(), &format!("it grants {}", shared.join(", ")))),
        ("privileged", granted(policy.privileged, "it grants privileged containers")),
        ("capabilities_baseline", adds(policy, &BASELINE_CAPABILITIES)),
        ("hostPathVolumes", granted(volumes, "it grants hostPath volumes")),
        ("hostPorts", granted(policy.host_ports.iter().any(|range| range.max > 0), "it grants host ports")),
        ("appArmorProfile", app_armor(&policy.app_armor)),
        ("seLinuxOptions", se_linux(&policy.se_linux)),
        ("procMount", granted(proc, "it grants unmasked /proc")),
        ("seccompProfile_baseline", seccomp(&policy.seccomp)),
        ("sysctls", granted(!policy.allowed_unsafe_sysctls.is_empty(), "it grants unsafe sysctls")),
    ]
}

fn restricted(policy: &PodSecurityPolicy) -> Checks {
    let escalation = if policy.allow_privilege_escalation {
        Grants("it grants privilege escalation".to_owned())
    } else {
        Keeps
    };
    vec![
        ("allowPrivilegeEscalation", escalation),
        ("capabilities_restricted", adds(policy, &["NET_BIND_SERVICE"])),
        ("capabilities_restricted", drops(policy)),
        ("restrictedVolumes", volumes(policy)),
        ("runAsNonRoot", non_root(policy)),
        ("seccompProfile_restricted", profile_set(&policy.seccomp)),
    ]
}

/// The capabilities that a container may end up with beyond a level's.
fn adds(policy: &PodSecurityPolicy, level: &[&str]) -> Stand {
    let granted = policy.allowed_capabilities.iter().chain(&policy.default_add_capabilities);
    let beyond: Vec<&str> = granted.map(String::as_str).filter(|name| !level.contains(name)).collect();
    if beyond.is_empty() {
        Keeps
    } else {
        Grants(format!("it grants the capabilities {}", beyond.join(", ")))
    }
}

fn drops(policy: &PodSecurityPolicy) -> Stand {
    if policy.required_drop_capabilities.iter().any(|name| name == "ALL") {
        return Keeps;
    }
    if policy.default_add_capabilities.is_empty() {
        return Open("every container must drop ALL");
    }
    Grants("it adds capabilities to every container".to_owned())
}

fn volumes(policy: &PodSecurityPolicy) -> Stand {
    let named = policy.volumes.named.iter().map(String::as_str);
    let beyond: Vec<&str> = named.filter(|word| !RESTRICTED_VOLUMES.contains(word)).collect();
    if beyond.is_empty() { Keeps } else { Grants(format!("it grants {} volumes", beyond.join(", "))) }
}

fn non_root(policy: &PodSecurityPolicy) -> Stand {
    match &policy.run_as_user {
        RunAsUser::RunAsAny => Grants("it lets containers run as root".to_owned()),
        RunAsUser::MustRunAs(ranges) if ranges.iter().any(|range| range.min <= 0) => {
            Grants("it lets containers run as root".to_owned())
        }
        RunAsUser::MustRunAs(_) => Open("runAsNonRoot must be true; a user id alone does not do"),
        RunAsUser::MustRunAsNonRoot => Open("runAsNonRoot must be true also where a user id is given"),
    }
}

fn app_armor(profiles: &Profiles) -> Stand {
    if profiles.allowed.is_none() {
        return Open("a profile must not be unconfined; the policy lists none");
    }
    if profiles.allowed().any(|profile| profile == "unconfined") {
        return Grants("it grants the AppArmor profile unconfined".to_owned());
    }
    Keeps
}

fn se_linux(rule: &SeLinux) -> Stand {
    match rule {
        SeLinux::RunAsAny => Open("types beyond those of containers, users and roles are refused"),
        SeLinux::MustRunAs(label) => {
            let fits = TYPES.contains(&label.kind.as_str()) && label.user.is_empty() && label.role.is_empty();
            if fits { Keeps } else { Grants("it asks for an SELinux label that baseline refuses".to_owned()) }
        }
    }
}

fn seccomp(profiles: &Profiles) -> Stand {
    let granted = profiles.allowed().any(|profile| profile == "unconfined");
    let any = profiles.allowed().any(|profile| profile == "*");
    if granted {
        return Grants("it grants the seccomp profile unconfined".to_owned());
    }
    if any { Open("a profile must not be unconfined; the policy grants any") } else { Keeps }
}

/// Restricted wants a profile written down.
fn profile_set(profiles: &Profiles) -> Stand {
    let mut allowed = profiles.allowed();
    let strict = |profile: &str| {
        matches!(profile, "runtime/default" | "docker/default") || profile.starts_with("localhost/")
    };
    if profiles.allowed.is_some() && allowed.all(strict) {
        return Keeps;
    }
    Open("seccompProfile must be RuntimeDefault or Localhost")
}
