//! `seccomp-unconfined`: a profile that is switched off by name.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "seccomp-unconfined",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: Some(Profile::baseline("seccompProfile_baseline", v(1, 0))),
    page: include_str!("seccomp_unconfined.md"),
    run: Run::Pod(seccomp_unconfined),
};
use crate::seccomp_annotations::{OF_CONTAINER, OF_POD};

fn seccomp_unconfined(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let path = "securityContext.seccompProfile.type";
    let off = |node: Option<Node<'_>>| node.and_then(Node::str) == Some("Unconfined");
    if off(pod.at(path)) {
        out.flag(pod.site(path), "the pod runs without a seccomp profile")
            .fix(Safety::Risky, [set(pod.spec(), path, "RuntimeDefault")]);
    }
    for container in pod.every_container().filter(|container| off(container.at(path))) {
        out.flag(container.site(path), format!("{} runs without a seccomp profile", container.title()))
            .fix(Safety::Risky, [set(container.node, path, "RuntimeDefault")]);
    }
    // The kubelet obeyed these annotations up to 1.26.
    if pod.version() >= v(1, 27) {
        return;
    }
    for (key, value) in pod.annotations().filter(|(key, _)| is_seccomp_annotation(key)) {
        if value.str() == Some("unconfined") {
            out.flag(pod.site_of(value), format!("annotation `{key}` switches seccomp off"))
                .fix(Safety::Risky, [set(value, "", "runtime/default")]);
        }
    }
}

/// Whether an annotation is one of the two that named seccomp profiles before the field existed.
fn is_seccomp_annotation(key: &str) -> bool {
    key == OF_POD || key.starts_with(OF_CONTAINER)
}
