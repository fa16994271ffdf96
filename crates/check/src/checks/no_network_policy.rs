//! `no-network-policy`: a pod that everybody in the cluster may talk to.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "no-network-policy",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    profile: None,
    page: include_str!("no_network_policy.md"),
    run: Run::PodAmong(no_network_policy),
};

/// Policies of network plugins that we do not evaluate here: their namespace is taken as covered.
const FOREIGN: [(&str, &str); 4] = [
    ("cilium.io", "CiliumNetworkPolicy"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("projectcalico.org", "NetworkPolicy"),
];

fn no_network_policy(pod: &Pod<'_>, inventory: &Inventory, out: &mut Findings<'_>) {
    // No policy applies to the node's own network; `host-namespace` speaks of that.
    if pod.is_set("hostNetwork") {
        return;
    }
    let namespace = pod.object().namespace();
    let own = |policy: &&Object| policy.namespace() == namespace;
    let selected = inventory
        .of_kind("networking.k8s.io", "NetworkPolicy")
        .chain(inventory.of_kind("extensions", "NetworkPolicy"))
        .filter(own)
        .any(|policy| policy.at("spec.podSelector").is_none_or(|s| object::selects(s, pod.labels())));
    let foreign = FOREIGN.iter().any(|(group, kind)| inventory.of_kind(group, kind).any(|p| own(&p)));
    if !selected && !foreign {
        out.flag(
            pod.site(""),
            format!("no NetworkPolicy in namespace `{namespace}` selects the pod: every pod of the cluster may reach it"),
        );
    }
}
