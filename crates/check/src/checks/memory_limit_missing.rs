//! `memory-limit-missing`: a container that may use all memory of the node.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "memory-limit-missing",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("memory_limit_missing.md"),
    run: Run::PodAmong(memory_limit_missing),
};
use object::Role;

use crate::resources::is_limited;

fn memory_limit_missing(pod: &Pod<'_>, inventory: &Inventory, out: &mut Findings<'_>) {
    // The API refuses resources on ephemeral containers.
    for container in pod.every_container().filter(|container| container.role != Role::Ephemeral) {
        if !is_limited(container, "memory", inventory) {
            out.flag(
                container.site("resources.limits.memory"),
                format!("{} may use all memory of the node", container.title()),
            );
        }
    }
}
