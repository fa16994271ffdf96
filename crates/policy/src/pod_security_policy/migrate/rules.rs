//! Which rules of a policy does its level not cover, and how do they read in CEL?

use super::super::document::{PodSecurityPolicy, Profiles, RuntimeClass};
use super::super::validate::SAFE_SYSCTLS;
use super::fit::RESTRICTED_VOLUMES;
use super::{Covered, Rule, cel, run_as, sources};
use crate::pod_security::{BASELINE_CAPABILITIES, Level};

pub(super) fn rules(policy: &PodSecurityPolicy, level: Level) -> Vec<Rule> {
    let mut out = Vec::new();
    run_as::rules(&mut out, policy);
    hosts(&mut out, policy, level);
    capabilities(&mut out, policy, level);
    sources::rules(&mut out, policy, level);
    if policy.read_only_root_filesystem {
        let holds = "c.?securityContext.?readOnlyRootFilesystem.orValue(false)";
        push(
            &mut out,
            "readOnlyRootFilesystem",
            cel::containers(holds),
            "ReadOnlyRootFilesystem must be set to true",
        );
    }
    if !policy.allow_privilege_escalation {
        // Restricted asks it of no Windows pod; a policy does.
        let holds = "!c.?securityContext.?allowPrivilegeEscalation.orValue(true)";
        let message = "Allowing privilege escalation for containers is not allowed";
        push(&mut out, "allowPrivilegeEscalation", cel::containers(holds), message);
    }
    sysctls(&mut out, policy);
    proc_mount(&mut out, policy, level);
    if let Some(class) = &policy.runtime_class {
        runtime_class(&mut out, class);
    }
    seccomp(&mut out, &policy.seccomp);
    app_armor(&mut out, &policy.app_armor);
    out
}

pub(super) fn push(out: &mut Vec<Rule>, field: &'static str, expression: String, message: &str) {
    out.push(Rule { field, expression, message: message.to_owned() });
}

fn hosts(out: &mut Vec<Rule>, policy: &PodSecurityPolicy, level: Level) {
    let covered = Covered::By(Level::Baseline).at(level);
    if !policy.privileged && !covered {
        let holds = "!c.?securityContext.?privileged.orValue(false)";
        push(out, "privileged", cel::containers(holds), "Privileged containers are not allowed");
    }
    for (field, word, allowed) in [
        ("hostNetwork", "network", policy.host_network),
        ("hostPID", "PID", policy.host_pid),
        ("hostIPC", "IPC", policy.host_ipc),
    ] {
        if !allowed && !covered {
            let expression = format!("!object.spec.?{field}.orValue(false)");
            push(out, field, expression, &format!("Host {word} is not allowed to be used"));
        }
    }
    if covered || policy.host_ports.iter().any(|range| range.min <= 1 && range.max >= 65_535) {
        return;
    }
    let ranges = policy
        .host_ports
        .iter()
        .map(|range| format!("(p.hostPort >= {} && p.hostPort <= {})", range.min, range.max));
    let allowed = std::iter::once("p.?hostPort.orValue(0) <= 0".to_owned()).chain(ranges);
    let holds = format!("c.?ports.orValue([]).all(p, {})", cel::any(allowed));
    push(out, "hostPorts", cel::containers(&holds), "Host port is not allowed to be used");
}

fn capabilities(out: &mut Vec<Rule>, policy: &PodSecurityPolicy, level: Level) {
    if policy.allowed_capabilities.iter().any(|name| name == "*") {
        return;
    }
    let granted =
        || policy.allowed_capabilities.iter().chain(&policy.default_add_capabilities).map(String::as_str);
    let grants_all = |level: &[&str]| level.iter().all(|name| granted().any(|own| own == *name));
    let covered =
        if grants_all(&BASELINE_CAPABILITIES) { Covered::By(Level::Baseline) } else { Covered::Never };
    if !covered.at(level) {
        let add = "c.?securityContext.?capabilities.?add.orValue([])";
        let holds = format!("{add}.all(name, name in {})", cel::list(granted()));
        push(out, "allowedCapabilities", cel::containers(&holds), "capability may not be added");
    }
    if !policy.required_drop_capabilities.is_empty() {
        let drops = policy.required_drop_capabilities.iter().map(String::as_str);
        let drop = "c.?securityContext.?capabilities.?drop.orValue([])";
        let holds = format!("{}.all(name, name in {drop})", cel::list(drops));
        let message = "a capability is required to be dropped but was not found";
        push(out, "requiredDropCapabilities", cel::containers(&holds), message);
    }
}

fn sysctls(out: &mut Vec<Rule>, policy: &PodSecurityPolicy) {
    let allowed = cel::matches("s.name", &policy.allowed_unsafe_sysctls);
    let forbidden = cel::matches("s.name", &policy.forbidden_sysctls);
    let safe = cel::list(SAFE_SYSCTLS);
    let holds = format!("!({forbidden}) && (s.name in {safe} || {allowed})");
    let expression = format!("object.spec.?securityContext.?sysctls.orValue([]).all(s, {holds})");
    push(out, "allowedUnsafeSysctls", expression, "sysctl is not allowed");
}

fn proc_mount(out: &mut Vec<Rule>, policy: &PodSecurityPolicy, level: Level) {
    let listed = &policy.allowed_proc_mount_types;
    let default = listed.is_empty() || listed.iter().any(|kind| kind == "Default");
    if default && Covered::By(Level::Baseline).at(level) {
        return;
    }
    let kinds: Vec<&str> =
        if listed.is_empty() { vec!["Default"] } else { listed.iter().map(String::as_str).collect() };
    let holds = format!("c.?securityContext.?procMount.orValue('Default') in {}", cel::list(kinds));
    push(out, "allowedProcMountTypes", cel::containers(&holds), "ProcMountType is not allowed");
}

fn runtime_class(out: &mut Vec<Rule>, class: &RuntimeClass) {
    if class.allowed.iter().any(|name| name == "*") {
        return;
    }
    let names = cel::list(class.allowed.iter().map(String::as_str));
    let expression = format!("object.spec.?runtimeClassName.optMap(name, name in {names}).orValue(true)");
    push(out, "runtimeClass", expression, "runtimeClassName is not allowed");
}

/// By the field: since 1.27 nothing reads the annotation.
fn seccomp(out: &mut Vec<Rule>, profiles: &Profiles) {
    if profiles.allowed.is_none() || profiles.allowed().any(|profile| profile == "*") {
        return;
    }
    let unset = profiles.allowed().any(str::is_empty);
    let terms = profiles.allowed().filter_map(|profile| match profile {
        "unconfined" => Some("p.type == 'Unconfined'".to_owned()),
        "runtime/default" | "docker/default" => Some("p.type == 'RuntimeDefault'".to_owned()),
        _ => profile.strip_prefix("localhost/").map(|path| {
            format!("(p.type == 'Localhost' && p.?localhostProfile.orValue('') == {})", cel::text(path))
        }),
    });
    let allowed = cel::any(terms);
    let holds = |profile: &str| format!("{profile}.optMap(p, {allowed}).orValue({unset})");
    let message = "the seccomp profile is not an allowed one";
    push(out, "seccomp", holds("object.spec.?securityContext.?seccompProfile"), message);
    push(out, "seccomp", cel::containers(&holds(&cel::effective("seccompProfile"))), message);
}

fn app_armor(out: &mut Vec<Rule>, profiles: &Profiles) {
    if profiles.allowed.is_none() {
        return;
    }
    let field = format!(
        "{}.optMap(p, p.type == 'Unconfined' ? 'unconfined' : p.type == 'RuntimeDefault' ? 'runtime/default' : \
         'localhost/' + p.?localhostProfile.orValue('')).orValue('')",
        cel::effective("appArmorProfile")
    );
    let key = "'container.apparmor.security.beta.kubernetes.io/' + c.name";
    let annotation = format!("object.metadata.?annotations[?{key}].orValue('')");
    let listed = cel::list(profiles.allowed().filter(|profile| !profile.is_empty()));
    let holds = format!("({annotation} != '' ? {annotation} : {field}) in {listed}");
    push(out, "appArmor", cel::containers(&holds), "the AppArmor profile is not an allowed one");
}

/// Whether a level refuses every volume type that a policy does.
pub(super) fn volumes_covered(policy: &PodSecurityPolicy, level: Level) -> bool {
    let named = |word: &str| policy.volumes.named.contains(word);
    let restricted = RESTRICTED_VOLUMES.iter().all(|word| named(word));
    let all_but_host =
        super::super::document::VOLUME_WORDS.iter().all(|(word, _)| *word == "hostPath" || named(word));
    restricted && Covered::By(Level::Restricted).at(level)
        || all_but_host && Covered::By(Level::Baseline).at(level)
}
