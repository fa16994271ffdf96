//! Which rules of a policy does a pod break? (`provider.go`, `ValidatePod`, in its order.)

mod container;
mod profiles;
mod volumes;

use super::PodSecurityPolicy;
use super::document::{Groups, IdRange, SeLinux};
use super::pod::{Facts, Label};
use super::violation::{Value, Violation, Violations};
use crate::pod_security::go_quoted as quoted;
use crate::pod_security_policy::document::RuntimeClass;

/// Every rule of the policy that the pod breaks.
pub(super) fn validate(policy: &PodSecurityPolicy, pod: &Facts<'_>) -> Vec<Violation> {
    let mut out = Violations::of(&policy.name);
    let context = "spec.securityContext";
    let fs_group = pod.fs_group.map(|group| [group]);
    let fs_group = fs_group.as_ref().map(<[i64; 1]>::as_slice);
    groups(&mut out, &format!("{context}.fsGroup"), &policy.fs_group, fs_group);
    let supplemental = pod.supplemental_groups.as_deref();
    groups(&mut out, &format!("{context}.supplementalGroups"), &policy.supplemental_groups, supplemental);
    profiles::pod_seccomp(&mut out, &policy.seccomp, pod);
    se_linux(&mut out, &format!("{context}.seLinuxOptions"), &policy.se_linux, pod.run_as.se_linux);
    host_namespaces(&mut out, policy, pod);
    sysctls(&mut out, policy, pod);
    volumes::volumes(&mut out, policy, pod);
    if let Some(class) = &policy.runtime_class {
        runtime_class(&mut out, class, pod.runtime_class);
    }
    for container in &pod.containers {
        container::container(&mut out, policy, pod, container);
    }
    out.found
}

/// Groups in their ranges; `None` for none at all, which prints otherwise than an empty list.
fn groups(out: &mut Violations<'_>, field: &str, rule: &Groups, groups: Option<&[i64]>) {
    let ranges = match rule {
        Groups::MustRunAs(ranges) | Groups::MayRunAs(ranges) => ranges,
        Groups::RunAsAny => return,
    };
    let given = groups.unwrap_or_default();
    if given.is_empty() && matches!(rule, Groups::MustRunAs(_)) {
        let detail = "unable to validate empty groups against required ranges";
        out.invalid(field, Value::Groups(groups), detail);
    }
    for group in given.iter().filter(|group| !IdRange::any_holds(ranges, **group)) {
        let detail = format!("group {group} must be in the ranges: {}", shown(ranges));
        out.invalid(field, Value::Groups(groups), detail);
    }
}

/// Ranges as Go prints a list of structs: `[{1 5} {9 9}]`.
fn shown(ranges: &[IdRange]) -> String {
    let each = ranges.iter().map(|range| format!("{{{} {}}}", range.min, range.max));
    format!("[{}]", each.collect::<Vec<_>>().join(" "))
}

fn se_linux(out: &mut Violations<'_>, field: &str, rule: &SeLinux, label: Option<Label<'_>>) {
    let SeLinux::MustRunAs(wanted) = rule else { return };
    let Some(label) = label else { return out.required(field, "") };
    let parts = [
        ("level", label.level, &wanted.level, same_level(&wanted.level, label.level)),
        ("role", label.role, &wanted.role, wanted.role == label.role),
        ("type", label.kind, &wanted.kind, wanted.kind == label.kind),
        ("user", label.user, &wanted.user, wanted.user == label.user),
    ];
    for (part, written, wanted, _) in parts.into_iter().filter(|(.., same)| !same) {
        out.invalid(format!("{field}.{part}"), Value::Text(written), format!("must be {wanted}"));
    }
}

/// The same sensitivity and the same categories, in whatever order.
fn same_level(wanted: &str, written: &str) -> bool {
    fn categories(list: &str) -> Vec<&str> {
        let mut categories: Vec<&str> = list.split(',').collect();
        categories.sort_unstable();
        categories
    }
    if wanted == written {
        return true;
    }
    let (Some(wanted), Some(written)) = (wanted.split_once(':'), written.split_once(':')) else {
        return false;
    };
    wanted.0 == written.0 && categories(wanted.1) == categories(written.1)
}

fn host_namespaces(out: &mut Violations<'_>, policy: &PodSecurityPolicy, pod: &Facts<'_>) {
    for (name, word, allowed, used) in [
        ("hostNetwork", "network", policy.host_network, pod.host_network),
        ("hostPID", "PID", policy.host_pid, pod.host_pid),
        ("hostIPC", "IPC", policy.host_ipc, pod.host_ipc),
    ] {
        if used && !allowed {
            let field = format!("spec.securityContext.{name}");
            out.invalid(field, Value::Bool(Some(true)), format!("Host {word} is not allowed to be used"));
        }
    }
}

/// Those that 1.24 held to be safe; newer releases know more.
pub(super) const SAFE_SYSCTLS: [&str; 5] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
];

fn sysctls(out: &mut Violations<'_>, policy: &PodSecurityPolicy, pod: &Facts<'_>) {
    for (index, name) in pod.sysctls.iter().enumerate() {
        let field = || format!("pod.spec.securityContext.sysctls[{index}]");
        if matches_any(&policy.forbidden_sysctls, name) {
            out.forbidden(field(), format!("sysctl {} is not allowed", quoted(name)));
        } else if !SAFE_SYSCTLS.contains(name) && !matches_any(&policy.allowed_unsafe_sysctls, name) {
            out.forbidden(field(), format!("unsafe sysctl {} is not allowed", quoted(name)));
        }
    }
}

/// Whether a name is listed, or begins as a pattern that ends in `*` does.
pub(super) fn matches_any(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == pattern,
    })
}

fn runtime_class(out: &mut Violations<'_>, class: &RuntimeClass, name: Option<&str>) {
    if let Some(name) = name
        && !class.allowed.iter().any(|allowed| allowed == "*" || allowed == name)
    {
        out.invalid("spec.runtimeClassName", Value::Text(name), "");
    }
}
