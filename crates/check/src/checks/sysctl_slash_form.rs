//! `sysctl-slash-form`: a sysctl whose name is written with slashes.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "sysctl-slash-form",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("sysctl_slash_form.md"),
    run: Run::Pod(sysctl_slash_form),
};

use crate::sysctl::sysctls;

fn sysctl_slash_form(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.is_windows() {
        return;
    }
    let is_safe = |name: &str| policy::pod_security::safe_sysctls(pod.version()).any(|safe| safe == name);
    for sysctl in sysctls(pod).filter(|sysctl| sysctl.name != sysctl.written) {
        let (written, name) = (sysctl.written, sysctl.name.as_ref());
        let fix = set(sysctl.item, "name", name);
        let site = pod.site_of(sysctl.node);
        if is_safe(name) {
            let message =
                format!("sysctl `{written}` is safe, but Pod Security compares names as written: `{name}`");
            out.flag(site, message).profile(Profile::baseline("sysctls", v(1, 0))).fix(Safety::Safe, [fix]);
        } else {
            let message =
                format!("sysctl `{written}` is `{name}` to the kubelet, but not to rules that compare names");
            out.flag(site, message).fix(Safety::Safe, [fix]);
        }
    }
}
