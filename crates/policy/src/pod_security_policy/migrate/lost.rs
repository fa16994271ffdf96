//! What did a policy do that nothing in its place does?

use super::super::document::{Groups, PodSecurityPolicy, RunAsUser, SeLinux};
use super::Note;
use super::documents::defaults;
use super::run_as::MOST_CATEGORIES;

const WRITE_IT: &str =
    "write it into the manifests, or keep the policy under `podSecurityPolicies` of a Policy";

pub(super) fn lost(policy: &PodSecurityPolicy) -> Vec<Note> {
    let mut out = vec![Note::new(
        "use",
        "who may use the policy was a question of RBAC, user by user; a level and its rules hold for namespaces",
    )];
    mutations(&mut out, policy);
    if let SeLinux::MustRunAs(label) = &policy.se_linux
        && label.level.split(',').count() > MOST_CATEGORIES
    {
        let text = "the policy took the categories of the level in any order; the rule takes them as written";
        out.push(Note::new("seLinux", text));
    }
    if policy.allowed_capabilities.iter().any(|name| name == "*") {
        let text =
            "`*` lifted every rule about capabilities: nothing is carried over, list those that are needed";
        out.push(Note::new("allowedCapabilities", text));
    }
    if policy.seccomp.allowed.is_none() {
        let text =
            "without a list the policy refused every seccomp profile, stricter ones too: left out on purpose";
        out.push(Note::new("seccomp", text));
    } else if !policy.seccomp.allowed().any(|profile| profile == "*") {
        let text = "the rule reads the field; Kubernetes has not read the annotations since 1.27";
        out.push(Note::new("seccomp", text));
    }
    out
}

fn mutations(out: &mut Vec<Note>, policy: &PodSecurityPolicy) {
    let mut default = |field: &str, what: String| {
        out.push(Note::new(field, format!("it filled in {what} where a pod was silent: {WRITE_IT}")));
    };
    match &policy.run_as_user {
        RunAsUser::MustRunAs(ranges) => {
            let first = ranges.first().map_or(0, |range| range.min);
            default("runAsUser", format!("runAsUser {first}"));
        }
        RunAsUser::MustRunAsNonRoot => default("runAsUser", "runAsNonRoot true".to_owned()),
        RunAsUser::RunAsAny => {}
    }
    for (field, groups) in [
        ("runAsGroup", &policy.run_as_group),
        ("supplementalGroups", &policy.supplemental_groups),
        ("fsGroup", &policy.fs_group),
    ] {
        if let Groups::MustRunAs(ranges) = groups {
            let first = ranges.first().map_or(0, |range| range.min);
            default(field, format!("{field} {first}"));
        }
    }
    if policy.se_linux != SeLinux::RunAsAny {
        default("seLinux", "seLinuxOptions".to_owned());
    }
    let filled = defaults(policy);
    if !policy.default_add_capabilities.is_empty() {
        default("defaultAddCapabilities", policy.default_add_capabilities.join(", "));
    }
    if !policy.required_drop_capabilities.is_empty() && filled.get("dropCapabilities").is_none() {
        default("requiredDropCapabilities", format!("drop {}", policy.required_drop_capabilities.join(", ")));
    }
    match (policy.default_allow_privilege_escalation, policy.allow_privilege_escalation) {
        (Some(value), _) => {
            default("defaultAllowPrivilegeEscalation", format!("allowPrivilegeEscalation {value}"));
        }
        (None, false) => default("allowPrivilegeEscalation", "allowPrivilegeEscalation false".to_owned()),
        (None, true) => {}
    }
    if let Some(name) = policy.runtime_class.as_ref().and_then(|class| class.default.as_ref()) {
        default("runtimeClass", format!("runtimeClassName {name}"));
    }
    if !policy.seccomp.default.is_empty() && filled.get("seccompProfile").is_none() {
        default("seccomp", format!("the seccomp profile {}", policy.seccomp.default));
    }
    if !policy.app_armor.default.is_empty() {
        default("appArmor", format!("the AppArmor profile {}", policy.app_armor.default));
    }
}
