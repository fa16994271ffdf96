//! `sysctl-kernel-too-old`: a sysctl that is safe, but not on the kernels at hand.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "sysctl-kernel-too-old",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("sysctl_kernel_too_old.md"),
    run: Run::Pod(sysctl_kernel_too_old),
};

use crate::sysctl::sysctls;

fn sysctl_kernel_too_old(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let Some(oldest) = out.settings().kernel.filter(|_| !pod.is_windows()) else { return };
    let is_safe = |name: &str| policy::pod_security::safe_sysctls(pod.version()).any(|safe| safe == name);
    for sysctl in sysctls(pod).filter(|sysctl| is_safe(&sysctl.name)) {
        let Some(needed) = sysctl.minimum_kernel().filter(|needed| oldest < *needed) else { continue };
        out.flag(
            pod.site_of(sysctl.node),
            format!(
                "sysctl `{}` is safe from Linux {}.{} on: nodes with {}.{} refuse the pod",
                sysctl.name, needed.0, needed.1, oldest.0, oldest.1
            ),
        );
    }
}
