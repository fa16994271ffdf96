//! `dead-seccomp-annotation`: an annotation that promises a profile nobody applies.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "dead-seccomp-annotation",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[Severity::Medium],
    profile: Some(Profile::restricted("seccompProfile_restricted", v(1, 19))),
    page: include_str!("dead_seccomp_annotation.md"),
    run: Run::Pod(dead_seccomp_annotation),
};
use std::collections::BTreeSet;

use crate::seccomp_annotations::{OF_POD, SeccompAnnotations};

fn dead_seccomp_annotation(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.version() < v(1, 19) || pod.is_windows() {
        return;
    }
    let annotations = SeccompAnnotations::of(pod);
    let any_privileged = pod.every_container().any(Container::is_privileged);
    let mut spoken = BTreeSet::new();
    for container in pod.every_container() {
        let has_field =
            container.effective("seccompProfile").and_then(|profile| profile.get("type")).is_some();
        let Some((key, value)) = annotations.choice(container).filter(|_| !has_field) else { continue };
        if !spoken.insert(key) {
            continue;
        }
        let site = pod.site_of(value);
        let flag = if pod.version() >= v(1, 27) {
            out.flag(
                site,
                format!("annotation `{key}` is dead since 1.27: {} runs unconfined", container.title()),
            )
        } else {
            let message =
                format!("annotation `{key}` is deprecated: Pod Security reads only the field since 1.19");
            out.flag(site, message).severity(Severity::Medium)
        };
        let whole_pod = key == OF_POD;
        let node = if whole_pod { pod.spec() } else { container.node };
        // What is privileged drops the field as well.
        let is_dropped = if whole_pod { any_privileged } else { container.is_privileged() };
        // Where the annotation is dead the field is new to the workload, and a field of the pod goes before what a
        // container's own annotation asks for.
        let is_same = pod.version() < v(1, 27) && !(whole_pod && annotations.is_any_of_a_container());
        let safety = if is_same { Safety::Safe } else { Safety::Risky };
        if let Some(changes) = as_field(node, value).filter(|_| !is_dropped) {
            flag.fix(safety, changes.into_iter().chain([remove(value, "")]));
        }
    }
}

/// What the annotation says, said by the field below `node`.
fn as_field(node: Node<'_>, value: Node<'_>) -> Option<Vec<finding::Change>> {
    let field = "securityContext.seccompProfile";
    let kind = |kind: &str| set(node, &format!("{field}.type"), kind);
    match value.str()? {
        "runtime/default" | "docker/default" => Some(vec![kind("RuntimeDefault")]),
        other => {
            let profile = other.strip_prefix("localhost/")?;
            Some(vec![kind("Localhost"), set(node, &format!("{field}.localhostProfile"), profile)])
        }
    }
}
