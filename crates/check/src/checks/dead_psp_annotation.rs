//! `dead-psp-annotation`: an annotation that names the PodSecurityPolicy which once admitted the pod.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "dead-psp-annotation",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Info,
    also: &[],
    profile: None,
    page: include_str!("dead_psp_annotation.md"),
    run: Run::Pod(dead_psp_annotation),
};

const ANNOTATION: &str = "kubernetes.io/psp";

fn dead_psp_annotation(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.version() < v(1, 25) {
        return;
    }
    for (key, value) in pod.annotations().filter(|(key, _)| *key == ANNOTATION) {
        let policy = value.str().unwrap_or_default();
        let message =
            format!("annotation `{key}` is dead since 1.25: no PodSecurityPolicy `{policy}` guards the pod");
        out.flag(pod.site_of(value), message).fix(Safety::Safe, [remove(value, "")]);
    }
}
