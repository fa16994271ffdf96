//! `sysctl-host-namespace-conflict`: a sysctl of a namespace that the pod does not have.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "sysctl-host-namespace-conflict",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("sysctl_host_namespace_conflict.md"),
    run: Run::Pod(sysctl_host_namespace_conflict),
};

use crate::sysctl::{Scope, sysctls_in_force};

fn sysctl_host_namespace_conflict(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.is_windows() {
        return;
    }
    for sysctl in sysctls_in_force(pod) {
        let shared = match sysctl.scope() {
            Scope::Ipc => "hostIPC",
            Scope::Network => "hostNetwork",
            Scope::Node => continue,
        };
        if pod.is_set(shared) {
            out.flag(
                pod.site_of(sysctl.node),
                format!(
                    "the pod will not start: {shared} is true, sysctl `{}` would be the node's",
                    sysctl.name
                ),
            )
            .label(&pod.site(shared), "the namespace is the node's");
        }
    }
}
