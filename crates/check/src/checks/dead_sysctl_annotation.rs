//! `dead-sysctl-annotation`: an annotation that promises a sysctl nobody sets.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "dead-sysctl-annotation",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("dead_sysctl_annotation.md"),
    run: Run::Pod(dead_sysctl_annotation),
};

use std::collections::BTreeSet;

use crate::sysctl::{ANNOTATIONS, dotted, in_annotation, sysctls};

fn dead_sysctl_annotation(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.version() < v(1, 11) {
        return;
    }
    let applied: BTreeSet<_> = sysctls(pod).map(|sysctl| sysctl.name).collect();
    for (key, value) in pod.annotations().filter(|(key, _)| ANNOTATIONS.contains(key)) {
        let names = value.str().map(in_annotation).into_iter().flatten();
        for name in names {
            let name = dotted(name);
            if !applied.contains(&name) {
                let message =
                    format!("annotation `{key}` is dead since 1.11: sysctl `{name}` is not applied");
                out.flag(pod.site_of(value), message);
            }
        }
    }
}
