//! `no-egress-policy`: a pod that is shielded from others, but not others from it.
use crate::network::{Direction, has_foreign_policies, isolates};
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "no-egress-policy",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("no_egress_policy.md"),
    run: Run::PodAmong(no_egress_policy),
};

fn no_egress_policy(pod: &Pod<'_>, inventory: &Inventory, out: &mut Findings<'_>) {
    // No policy applies to the node's own network; `host-namespace` speaks of that.
    if pod.is_set("hostNetwork") {
        return;
    }
    let mut policies = inventory.policies_of(*pod).peekable();
    // A pod that nothing selects is for `no-network-policy`.
    if policies.peek().is_none() || policies.any(|policy| isolates(policy, Direction::Egress)) {
        return;
    }
    let namespace = pod.object().namespace();
    if !has_foreign_policies(pod.object(), inventory) {
        let message = format!(
            "no NetworkPolicy in namespace `{namespace}` limits what the pod may call, though some limit who calls it"
        );
        out.flag(pod.site(""), message);
    }
}
