//! Which lists of names does a policy hold, and which of them contradict each other?

use object::Node;

use super::fields::Reader;
use super::formats::{is_subdomain, is_sysctl_pattern, not_a_subdomain, shown};
use super::{PodSecurityPolicy, RuntimeClass};

pub(super) fn sysctls<'a>(reader: &mut Reader<'a>, spec: Node<'a>, key: &str) -> Vec<String> {
    let words = reader.words(spec, key);
    for (node, word) in &words {
        if !is_sysctl_pattern(word) {
            reader.invalid(
                *node,
                format!(
                    "{} is no sysctl: write a name such as `net.core.somaxconn` or a prefix such as `net.*`",
                    shown(word)
                ),
            );
        } else if *word == "*" && words.len() > 1 {
            reader.invalid(*node, "`*` covers every sysctl: remove it or the others");
        }
    }
    words.into_iter().map(|(_, word)| word.to_owned()).collect()
}

pub(super) fn proc_mounts<'a>(reader: &mut Reader<'a>, spec: Node<'a>) -> Vec<String> {
    let words = reader.words(spec, "allowedProcMountTypes");
    for (node, word) in &words {
        if !matches!(*word, "Default" | "Unmasked") {
            reader.invalid(*node, format!("{} is no type of /proc: write Default or Unmasked", shown(word)));
        }
    }
    words.into_iter().map(|(_, word)| word.to_owned()).collect()
}

pub(super) fn runtime_class<'a>(reader: &mut Reader<'a>, spec: Node<'a>) -> Option<RuntimeClass> {
    let node = reader.map(spec, "runtimeClass")?;
    reader.known(node, &["allowedRuntimeClassNames", "defaultRuntimeClassName"]);
    let words = reader.words(node, "allowedRuntimeClassNames");
    let mut seen = std::collections::BTreeSet::new();
    for (at, word) in &words {
        if *word == "*" {
            if words.len() > 1 {
                reader.invalid(*at, "`*` covers every runtime class: remove it or the others");
            }
        } else if !is_subdomain(word) {
            reader.invalid(*at, not_a_subdomain(word));
        }
        if !seen.insert(*word) {
            reader.invalid(*at, format!("{} stands here twice: remove one", shown(word)));
        }
    }
    let default = reader.text(node, "defaultRuntimeClassName");
    if let Some(name) = default {
        let at = node.get("defaultRuntimeClassName").unwrap_or(node);
        if !is_subdomain(name) {
            reader.invalid(at, not_a_subdomain(name));
        }
        if !seen.contains(name) && !seen.contains("*") {
            reader.invalid(
                at,
                format!("the default {} is not allowed: add it to `allowedRuntimeClassNames`", shown(name)),
            );
        }
    }
    Some(RuntimeClass {
        allowed: words.into_iter().map(|(_, word)| word.to_owned()).collect(),
        default: default.map(str::to_owned),
    })
}

/// What two fields say against each other.
pub(super) fn contradictions<'a>(reader: &mut Reader<'a>, spec: Node<'a>, policy: &PodSecurityPolicy) {
    let drops = &policy.required_drop_capabilities;
    if let Some(at) = spec.get("requiredDropCapabilities").filter(|_| !drops.is_empty())
        && policy.allowed_capabilities.iter().any(|name| name == "*")
    {
        reader.invalid(at, "`*` in `allowedCapabilities` lifts every drop: remove one of the two");
    }
    for key in ["defaultAddCapabilities", "allowedCapabilities"] {
        for (node, word) in reader.words(spec, key) {
            if drops.iter().any(|drop| drop == word) {
                reader.invalid(
                    node,
                    format!("{} is in `requiredDropCapabilities` too: remove it from one", shown(word)),
                );
            }
        }
    }
    if policy.default_allow_privilege_escalation == Some(true) && !policy.allow_privilege_escalation {
        let at = spec.get("defaultAllowPrivilegeEscalation").unwrap_or(spec);
        reader.invalid(
            at,
            "`allowPrivilegeEscalation: false` refuses what this defaults to: write false here too",
        );
    }
    overlaps(reader, spec);
}

/// Sysctls that are both granted and forbidden; prefixes count as everything they begin.
fn overlaps<'a>(reader: &mut Reader<'a>, spec: Node<'a>) {
    let forbidden = reader.words(spec, "forbiddenSysctls");
    for (node, allowed) in reader.words(spec, "allowedUnsafeSysctls") {
        for (_, other) in forbidden.iter().filter(|(_, other)| overlap(allowed, other)) {
            reader.invalid(
                node,
                format!(
                    "{} overlaps with {} in `forbiddenSysctls`: remove one",
                    shown(allowed),
                    shown(other)
                ),
            );
        }
    }
}

fn overlap(a: &str, b: &str) -> bool {
    match (a.strip_suffix('*'), b.strip_suffix('*')) {
        (Some(a), Some(b)) => a.starts_with(b) || b.starts_with(a),
        (Some(prefix), None) => b.starts_with(prefix),
        (None, Some(prefix)) => a.starts_with(prefix),
        (None, None) => a == b,
    }
}
