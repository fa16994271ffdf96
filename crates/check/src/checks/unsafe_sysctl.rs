//! `unsafe-sysctl`: a kernel setting that reaches beyond the pod.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "unsafe-sysctl",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    profile: Some(Profile::baseline("sysctls", v(1, 0))),
    page: include_str!("unsafe_sysctl.md"),
    run: Run::Pod(unsafe_sysctl),
};

fn unsafe_sysctl(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let is_safe = |name: &str| policy::pod_security::safe_sysctls(pod.version()).any(|safe| safe == name);
    for sysctl in pod.at("securityContext.sysctls").into_iter().flat_map(Node::items) {
        let Some(name) = sysctl.get("name").and_then(Node::str).filter(|name| !is_safe(name)) else {
            continue;
        };
        let site = pod.site_of(sysctl.get("name").unwrap_or(sysctl));
        let dotted = name.replace('/', ".");
        if is_safe(&dotted) {
            let message =
                format!("sysctl `{name}` is safe, but Pod Security compares names as written: `{dotted}`");
            out.flag(site, message)
                .severity(Severity::Medium)
                .fix(Safety::Safe, [set(sysctl, "name", dotted.as_str())]);
        } else {
            out.flag(
                site,
                format!("sysctl `{name}` is not among the safe ones of Kubernetes {}", pod.version()),
            );
        }
    }
}
