//! `no-network-policy`: a pod that everybody in the cluster may talk to.
use crate::network::has_foreign_policies;
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "no-network-policy",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("no_network_policy.md"),
    run: Run::PodAmong(no_network_policy),
};

fn no_network_policy(pod: &Pod<'_>, inventory: &Inventory, out: &mut Findings<'_>) {
    let namespace = pod.object().namespace();
    let selected = inventory.policies_of(*pod).next().is_some();
    if !selected && !has_foreign_policies(namespace, inventory) {
        out.flag(
            pod.site(""),
            format!("no NetworkPolicy in namespace `{namespace}` selects the pod: every pod of the cluster may reach it"),
        );
    }
}
