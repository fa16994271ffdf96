//! What does a policy write into a pod that is silent? (`provider.go`, `MutatePod`, in its order.)

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::PodSecurityPolicy;
use super::document::{Groups, RunAsUser, SeLinux};
use super::pod::{Capabilities, Container, Facts, Label};

/// Fills in the defaults of the policy.
///
/// What counts as silent is the effective value: a container that inherits from the pod is not.
pub(super) fn mutate<'a>(policy: &'a PodSecurityPolicy, pod: &mut Facts<'a>) {
    if pod.supplemental_groups.is_none() {
        pod.supplemental_groups = first(&policy.supplemental_groups).map(|group| vec![group]);
    }
    pod.fs_group = pod.fs_group.or(first(&policy.fs_group));
    pod.run_as.se_linux = pod.run_as.se_linux.or(label(&policy.se_linux));
    seccomp(policy, pod);
    if let Some(class) = &policy.runtime_class {
        pod.runtime_class = pod.runtime_class.or(class.default.as_deref());
    }
    let pod_level = pod.run_as.clone();
    for container in &mut pod.containers {
        let effective = container.run_as.effective(&pod_level);
        let mut user = effective.user;
        if user.is_none()
            && let RunAsUser::MustRunAs(ranges) = &policy.run_as_user
        {
            user = ranges.first().map(|range| range.min);
            container.run_as.user = user;
        }
        if effective.group.is_none() {
            container.run_as.group = first(&policy.run_as_group);
        }
        if effective.se_linux.is_none() {
            container.run_as.se_linux = label(&policy.se_linux);
        }
        if container.app_armor.is_empty() {
            container.app_armor = Cow::Borrowed(&policy.app_armor.default);
        }
        let unsaid = effective.non_root.is_none() && user.is_none();
        if unsaid && policy.run_as_user == RunAsUser::MustRunAsNonRoot {
            container.run_as.non_root = Some(true);
        }
        capabilities(policy, container);
        if policy.read_only_root_filesystem {
            container.read_only_root = container.read_only_root.or(Some(true));
        }
        container.allow_escalation = container
            .allow_escalation
            .or(policy.default_allow_privilege_escalation)
            .or((!policy.allow_privilege_escalation).then_some(false));
    }
}

/// The pod's annotation: its own value, else what its field says, else the default.
fn seccomp<'a>(policy: &'a PodSecurityPolicy, pod: &mut Facts<'a>) {
    if pod.seccomp.annotation.as_ref().is_some_and(|own| !own.is_empty()) {
        return;
    }
    let profile = pod.seccomp.field.clone().unwrap_or(Cow::Borrowed(policy.seccomp.default.as_str()));
    if !profile.is_empty() {
        pod.seccomp.annotation = Some(profile);
    }
}

/// The group that a silent pod gets: only `MustRunAs` has one.
fn first(groups: &Groups) -> Option<i64> {
    match groups {
        Groups::MustRunAs(ranges) => ranges.first().map(|range| range.min),
        Groups::MayRunAs(_) | Groups::RunAsAny => None,
    }
}

fn label(se_linux: &SeLinux) -> Option<Label<'_>> {
    match se_linux {
        SeLinux::MustRunAs(options) => Some(options.into()),
        SeLinux::RunAsAny => None,
    }
}

/// Adds and drops joined and sorted; left exactly as they are where nothing would come to them.
fn capabilities<'a>(policy: &'a PodSecurityPolicy, container: &mut Container<'a>) {
    let own = container.capabilities.as_ref();
    let set = |list: Option<&Vec<&'a str>>| list.into_iter().flatten().copied().collect::<BTreeSet<&str>>();
    let own_add = set(own.and_then(|own| own.add.as_ref()));
    let own_drop = set(own.and_then(|own| own.drop.as_ref()));
    let default_add = policy.default_add_capabilities.iter().map(String::as_str);
    let mut add = own_add.clone();
    add.extend(default_add.filter(|name| !own_drop.contains(name)));
    let mut drop = own_drop.clone();
    drop.extend(policy.required_drop_capabilities.iter().map(String::as_str));
    if (add.len(), drop.len()) == (own_add.len(), own_drop.len()) {
        return;
    }
    let list = |set: BTreeSet<&'a str>| (!set.is_empty()).then(|| set.into_iter().collect());
    container.capabilities = Some(Capabilities { add: list(add), drop: list(drop) });
}
