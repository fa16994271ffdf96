//! Which rules of a policy does one container break?

use crate::pod_security_policy::PodSecurityPolicy;
use crate::pod_security_policy::document::{IdRange, PortRange, RunAsUser};
use crate::pod_security_policy::pod::{Container, Facts, RunAs};
use crate::pod_security_policy::violation::{Value, Violations};

use super::{groups, profiles, se_linux, shown};

pub(super) fn container(
    out: &mut Violations<'_>,
    policy: &PodSecurityPolicy,
    pod: &Facts<'_>,
    container: &Container<'_>,
) {
    let path = container.path();
    let context = format!("{path}.securityContext");
    let effective = container.run_as.effective(&pod.run_as);
    run_as_user(out, &context, &policy.run_as_user, &effective);
    let group = effective.group.map(|group| [group]);
    groups(out, &context, &policy.run_as_group, group.as_ref().map(<[i64; 1]>::as_slice));
    se_linux(out, &format!("{context}.seLinuxOptions"), &policy.se_linux, effective.se_linux);
    profiles::app_armor(out, &policy.app_armor, container);
    profiles::container_seccomp(out, &policy.seccomp, pod, container);
    if container.privileged == Some(true) && !policy.privileged {
        let field = format!("{context}.privileged");
        out.invalid(field, Value::Bool(Some(true)), "Privileged containers are not allowed");
    }
    proc_mount(out, &context, policy, container);
    capabilities(out, &format!("{context}.capabilities"), policy, container);
    host_ports(out, &format!("{path}.hostPort"), policy, container);
    read_only_root(out, &context, policy, container);
    if !policy.allow_privilege_escalation && container.allow_escalation != Some(false) {
        let field = format!("{context}.allowPrivilegeEscalation");
        let detail = "Allowing privilege escalation for containers is not allowed";
        out.invalid(field, Value::Bool(container.allow_escalation), detail);
    }
}

fn run_as_user(out: &mut Violations<'_>, context: &str, rule: &RunAsUser, effective: &RunAs<'_>) {
    let user_field = || format!("{context}.runAsUser");
    let non_root_field = || format!("{context}.runAsNonRoot");
    match (rule, effective.user, effective.non_root) {
        (RunAsUser::MustRunAs(_), None, _) => out.required(user_field(), ""),
        (RunAsUser::MustRunAs(ranges), Some(user), _) => {
            if !IdRange::any_holds(ranges, user) {
                let detail = format!("must be in the ranges: {}", shown(ranges));
                out.invalid(user_field(), Value::Int(user), detail);
            }
        }
        (RunAsUser::MustRunAsNonRoot, None, None) => out.required(non_root_field(), "must be true"),
        (RunAsUser::MustRunAsNonRoot, _, Some(false)) => {
            out.invalid(non_root_field(), Value::Bool(Some(false)), "must be true");
        }
        (RunAsUser::MustRunAsNonRoot, Some(0), _) => {
            out.invalid(user_field(), Value::Int(0), "running with the root UID is forbidden");
        }
        (RunAsUser::MustRunAsNonRoot | RunAsUser::RunAsAny, ..) => {}
    }
}

fn proc_mount(
    out: &mut Violations<'_>,
    context: &str,
    policy: &PodSecurityPolicy,
    container: &Container<'_>,
) {
    let kind = container.proc_mount.unwrap_or("Default");
    let allowed = &policy.allowed_proc_mount_types;
    let fits = if allowed.is_empty() { kind == "Default" } else { allowed.iter().any(|word| word == kind) };
    if !fits {
        out.invalid(format!("{context}.procMount"), Value::Text(kind), "ProcMountType is not allowed");
    }
}

fn capabilities(
    out: &mut Violations<'_>,
    field: &str,
    policy: &PodSecurityPolicy,
    container: &Container<'_>,
) {
    let (defaults, drops) = (&policy.default_add_capabilities, &policy.required_drop_capabilities);
    let Some(own) = &container.capabilities else {
        if !defaults.is_empty() || !drops.is_empty() {
            out.invalid(field, Value::Null, "required capabilities are not set on the securityContext");
        }
        return;
    };
    let allowed = &policy.allowed_capabilities;
    if allowed.iter().any(|name| name == "*") {
        return;
    }
    for name in own.add.iter().flatten() {
        if !defaults.iter().chain(allowed).any(|granted| granted == name) {
            out.invalid(format!("{field}.add"), Value::Text(name), "capability may not be added");
        }
    }
    for name in drops {
        if !own.drop.iter().flatten().any(|dropped| dropped == name) {
            let detail = format!("{name} is required to be dropped but was not found");
            out.invalid(format!("{field}.drop"), Value::Capabilities(own.drop.as_deref()), detail);
        }
    }
}

fn host_ports(out: &mut Violations<'_>, field: &str, policy: &PodSecurityPolicy, container: &Container<'_>) {
    let allowed = |port: i32| policy.host_ports.iter().any(|range| range.min <= port && port <= range.max);
    for port in container.host_ports.iter().copied().filter(|port| *port > 0 && !allowed(*port)) {
        let list = policy.host_ports.iter().copied().map(printed).collect::<Vec<_>>().join(",");
        let detail = format!("Host port {port} is not allowed to be used. Allowed ports: [{list}]");
        out.invalid(field, Value::Int(port.into()), detail);
    }
}

fn printed(range: PortRange) -> String {
    if range.min == range.max { range.min.to_string() } else { format!("{}-{}", range.min, range.max) }
}

fn read_only_root(
    out: &mut Violations<'_>,
    context: &str,
    policy: &PodSecurityPolicy,
    container: &Container<'_>,
) {
    let detail = match container.read_only_root {
        Some(true) => return,
        _ if !policy.read_only_root_filesystem => return,
        Some(false) => "ReadOnlyRootFilesystem must be set to true",
        None => "ReadOnlyRootFilesystem may not be nil and must be set to true",
    };
    let field = format!("{context}.readOnlyRootFilesystem");
    out.invalid(field, Value::Bool(container.read_only_root), detail);
}
