//! `privileged-container`: a container that holds every capability and device of the node.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "privileged-container",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Critical,
    also: &[],
    profile: Some(Profile::baseline("privileged", v(1, 0))),
    page: include_str!("privileged_container.md"),
    run: Run::Pod(privileged_container),
};

fn privileged_container(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for container in pod.every_container().filter(|container| container.is_privileged()) {
        out.flag(
            container.site("securityContext.privileged"),
            format!("{} is privileged", container.title()),
        )
        .fix(Safety::Risky, [set(container.node, "securityContext.privileged", false)]);
    }
}
