//! `capability-not-dropped`: a container that keeps the capabilities a runtime grants.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "capability-not-dropped",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: Some(Profile::restricted("capabilities_restricted", v(1, 22))),
    page: include_str!("capability_not_dropped.md"),
    run: Run::Pod(capability_not_dropped),
};

fn capability_not_dropped(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.is_windows() {
        return;
    }
    for container in pod.every_container() {
        let dropped: Vec<&str> = container.dropped_capabilities().map(|(name, _)| name).collect();
        if dropped.contains(&"ALL") {
            continue;
        }
        let near = dropped.iter().find(|name| name.trim().eq_ignore_ascii_case("all"));
        let hint = near.map(|name| format!(": `{name}` is not `ALL`")).unwrap_or_default();
        out.flag(
            container.site("securityContext.capabilities.drop"),
            format!("{} keeps the runtime's capabilities{hint}", container.title()),
        )
        .fix(Safety::Risky, [append(container.node, "securityContext.capabilities.drop", "ALL")]);
    }
}
