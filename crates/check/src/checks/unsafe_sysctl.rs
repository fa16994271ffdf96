//! `unsafe-sysctl`: a kernel setting that reaches beyond the pod.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "unsafe-sysctl",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: Some(Profile::baseline("sysctls", v(1, 0))),
    page: include_str!("unsafe_sysctl.md"),
    run: Run::Pod(unsafe_sysctl),
};
use crate::sysctl::{Scope, sysctls_in_force};

fn unsafe_sysctl(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let is_safe = |name: &str| policy::pod_security::safe_sysctls(pod.version()).any(|safe| safe == name);
    // A safe one that is written with slashes is refused for its spelling: `sysctl-slash-form` says so.
    for sysctl in sysctls_in_force(pod).filter(|sysctl| !is_safe(&sysctl.name)) {
        let name = &sysctl.name;
        let message = match sysctl.scope() {
            Scope::Node => {
                format!("sysctl `{name}` belongs to the whole node: no kubelet can allow it to a pod")
            }
            Scope::Ipc | Scope::Network => {
                format!("sysctl `{name}` is not among the safe ones of Kubernetes {}", pod.version())
            }
        };
        out.flag(pod.site_of(sysctl.node), message);
    }
}
