//! `cpu-request-missing`: a container for which no CPU is kept.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "cpu-request-missing",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("cpu_request_missing.md"),
    run: Run::PodAmong(cpu_request_missing),
};
use object::Role;

use crate::resources::is_requested;

fn cpu_request_missing(pod: &Pod<'_>, inventory: &Inventory, out: &mut Findings<'_>) {
    // The API refuses resources on ephemeral containers.
    for container in pod.every_container().filter(|container| container.role != Role::Ephemeral) {
        if !is_requested(container, "cpu", inventory) {
            out.flag(
                container.site("resources.requests.cpu"),
                format!("{} requests no CPU", container.title()),
            );
        }
    }
}
