//! `privileged-drops-profile`: a seccomp profile that nobody applies because the container is privileged.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "privileged-drops-profile",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("privileged_drops_profile.md"),
    run: Run::Pod(privileged_drops_profile),
};

/// containerd, `internal/cri/sputil/seccomp_linux.go`: a privileged container gets none, whatever is asked.
fn privileged_drops_profile(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.is_windows() || pod.version() < v(1, 19) {
        return;
    }
    for container in pod.every_container().filter(|container| container.is_privileged()) {
        let kind = container.effective("seccompProfile").and_then(|profile| profile.get("type"));
        let Some(kind @ ("RuntimeDefault" | "Localhost")) = kind.and_then(Node::str) else { continue };
        let message =
            format!("{} is privileged: the runtime drops its seccomp profile `{kind}`", container.title());
        out.flag(container.effective_site("seccompProfile"), message)
            .label(&container.site("securityContext.privileged"), "for this");
    }
}
