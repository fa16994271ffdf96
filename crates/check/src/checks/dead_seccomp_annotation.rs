//! `dead-seccomp-annotation`: an annotation that promises a profile nobody applies.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "dead-seccomp-annotation",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    profile: Some(Profile::restricted("seccompProfile_restricted", v(1, 19))),
    page: include_str!("dead_seccomp_annotation.md"),
    run: Run::Pod(dead_seccomp_annotation),
};
use crate::list::checks::seccomp_unconfined::is_seccomp_annotation;

fn dead_seccomp_annotation(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.version() < v(1, 19) || pod.is_windows() {
        return;
    }
    let mut spoken = Vec::new();
    for container in pod.every_container() {
        let has_field =
            container.effective("seccompProfile").and_then(|profile| profile.get("type")).is_some();
        let Some((key, value)) = annotation_for(container).filter(|_| !has_field) else { continue };
        if spoken.contains(&key) {
            continue;
        }
        spoken.push(key);
        let site = pod.site_of(value);
        if pod.version() >= v(1, 27) {
            out.flag(
                site,
                format!("annotation `{key}` is dead since 1.27: {} runs unconfined", container.title()),
            );
        } else {
            let message =
                format!("annotation `{key}` is deprecated: Pod Security reads only the field since 1.19");
            out.flag(site, message).severity(Severity::Low);
        }
    }
}

/// The annotation that once chose the profile of a container: its own, or else the pod's.
pub(super) fn annotation_for(container: Container<'_>) -> Option<(&str, Node<'_>)> {
    let annotations = || container.pod().annotations().filter(|(key, _)| is_seccomp_annotation(key));
    let own = annotations().find(|(key, _)| {
        key.strip_prefix("container.seccomp.security.alpha.kubernetes.io/") == Some(container.name)
    });
    own.or_else(|| annotations().find(|(key, _)| *key == "seccomp.security.alpha.kubernetes.io/pod"))
}
