//! `capability-added`: a capability beyond those that a runtime grants anyway.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "capability-added",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: Some(Profile::baseline("capabilities_baseline", v(1, 0))),
    page: include_str!("capability_added.md"),
    run: Run::Pod(capability_added),
};

fn capability_added(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for container in pod.every_container() {
        for (name, node) in container.added_capabilities() {
            if policy::pod_security::BASELINE_CAPABILITIES.contains(&name) {
                continue;
            }
            out.flag(
                pod.site_of(node),
                format!("{} adds capability {name}{}", container.title(), hint(name)),
            )
            .fix(Safety::Risky, [remove(node, "")]);
        }
    }
}

/// Names that mean something harmless but are not spelled as Kubernetes spells them.
fn hint(name: &str) -> String {
    let plain = name.to_ascii_uppercase();
    let plain = plain.strip_prefix("CAP_").unwrap_or(&plain);
    let known = policy::pod_security::BASELINE_CAPABILITIES.contains(&plain);
    if known { format!(", which Kubernetes spells {plain}") } else { String::new() }
}
