//! Which seccomp and AppArmor profiles does a policy refuse?

use crate::pod_security::go_quoted as quoted;
use crate::pod_security_policy::document::Profiles;
use crate::pod_security_policy::pod::{Container, Facts};
use crate::pod_security_policy::violation::Violations;

/// The pod's own profile: its annotation, else its field.
pub(super) fn pod_seccomp(out: &mut Violations<'_>, rule: &Profiles, pod: &Facts<'_>) {
    let annotation = pod.seccomp.annotation.as_deref().filter(|value| !value.is_empty());
    let profile = annotation.or(pod.seccomp.field.as_deref()).unwrap_or_default();
    seccomp(out, rule, "seccomp.security.alpha.kubernetes.io/pod", profile);
}

/// What a container runs under: its field, its annotation, the pod's field, the pod's annotation.
pub(super) fn container_seccomp(
    out: &mut Violations<'_>,
    rule: &Profiles,
    pod: &Facts<'_>,
    container: &Container<'_>,
) {
    let own = container.seccomp.field.as_deref().or(container.seccomp.annotation.as_deref());
    let inherited = || pod.seccomp.field.as_deref().or(pod.seccomp.annotation.as_deref());
    let profile = own.or_else(inherited).unwrap_or_default();
    let key = format!("container.seccomp.security.alpha.kubernetes.io/{}", container.name);
    seccomp(out, rule, &key, profile);
}

fn seccomp(out: &mut Violations<'_>, rule: &Profiles, key: &str, profile: &str) {
    if rule.allowed().any(|allowed| allowed == "*") {
        return;
    }
    let field = || format!("pod.metadata.annotations[{key}]");
    if rule.allowed.is_none() {
        if !profile.is_empty() {
            out.forbidden(field(), "seccomp may not be set");
        }
        return;
    }
    if !seccomp_allowed(rule, profile) {
        let list = rule.allowed.as_deref().unwrap_or_default();
        let detail = format!("{profile} is not an allowed seccomp profile. Valid values are {list}");
        out.forbidden(field(), detail);
    }
}

/// `docker/default` and `runtime/default` stand for each other.
fn seccomp_allowed(rule: &Profiles, profile: &str) -> bool {
    let default = |name: &str| matches!(name, "docker/default" | "runtime/default");
    rule.allowed().any(|allowed| allowed == profile || default(allowed) && default(profile))
}

pub(super) fn app_armor(out: &mut Violations<'_>, rule: &Profiles, container: &Container<'_>) {
    let Some(list) = rule.allowed.as_deref() else { return };
    let profile = container.app_armor.as_ref();
    let field = || {
        format!("pod.metadata.annotations[container.apparmor.security.beta.kubernetes.io/{}]", container.name)
    };
    if profile.is_empty() {
        out.forbidden(field(), "AppArmor profile must be set");
    } else if !rule.allowed().any(|allowed| allowed == profile) {
        let detail = format!("{profile} is not an allowed profile. Allowed values: {}", quoted(list));
        out.forbidden(field(), detail);
    }
}
