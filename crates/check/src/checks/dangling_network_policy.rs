//! `dangling-network-policy`: a policy that speaks of pods that are not there.
use crate::network::{is_policy, knows_pods, own_pods, peers, rules_in_force, title};
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "dangling-network-policy",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("dangling_network_policy.md"),
    run: Run::ObjectAmong(dangling_network_policy),
};

fn dangling_network_policy(object: &Object, inventory: &Inventory, out: &mut Findings<'_>) {
    if !is_policy(object) {
        return;
    }
    let (namespace, version) = (object.namespace(), out.version());
    if !knows_pods(namespace, inventory, version) {
        return;
    }
    let chooses_none =
        |selector: Node<'_>| inventory.pods_selected(namespace, selector, version).next().is_none();
    if let Some(selector) = object.at("spec.podSelector").filter(|selector| chooses_none(*selector)) {
        let message = format!("{} selects no pod of namespace `{namespace}`", title(object));
        out.flag(object.site(selector, ""), message);
        // What it would allow to nobody is of no interest.
        return;
    }
    for (direction, rule) in rules_in_force(object) {
        for selector in peers(direction, rule).into_iter().filter_map(own_pods) {
            if chooses_none(selector) {
                let message = format!(
                    "{} names a peer that is no pod of namespace `{namespace}`: without `namespaceSelector` no other namespace is meant",
                    title(object)
                );
                out.flag(object.site(selector, ""), message);
            }
        }
    }
}
