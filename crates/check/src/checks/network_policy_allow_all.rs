//! `network-policy-allow-all`: a rule that takes back what its policy isolates.
use crate::network::{Direction, is_policy, peers, rules_in_force, title};
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "network-policy-allow-all",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("network_policy_allow_all.md"),
    run: Run::Object(network_policy_allow_all),
};

fn network_policy_allow_all(object: &Object, out: &mut Findings<'_>) {
    if !is_policy(object) {
        return;
    }
    for (direction, rule) in rules_in_force(object) {
        // A rule for some ports is a decision, even when it is for everybody.
        if rule.get("ports").is_some_and(|ports| ports.items().len() > 0) {
            continue;
        }
        let does = match direction {
            Direction::Ingress => "lets everybody in on every port",
            Direction::Egress => "lets its pods call anybody on every port",
        };
        let peers = peers(direction, rule);
        if peers.is_empty() {
            let message = format!("{} {does}: the rule names no peer and no port", title(object));
            out.flag(object.site(rule, ""), message);
        }
        let of_all = |peer: &&Node<'_>| {
            let all = |selector| peer.get(selector).map(|selector| wanted(selector) == 0);
            peer.get("ipBlock").is_none()
                && all("namespaceSelector") == Some(true)
                && all("podSelector") != Some(false)
        };
        for peer in peers.iter().filter(of_all) {
            let does = match direction {
                Direction::Ingress => "lets every pod of the cluster in on every port",
                Direction::Egress => "lets its pods call every pod of the cluster on every port",
            };
            out.flag(object.site(*peer, "namespaceSelector"), format!("{} {does}", title(object)));
        }
        for block in peers.iter().filter_map(|peer| peer.get("ipBlock")) {
            let excepts = block.get("except").is_some_and(|list| list.items().len() > 0);
            let Some(cidr) = block.get("cidr").filter(|_| !excepts) else { continue };
            if let Some(all) = cidr.str().filter(|cidr| is_everything(cidr)) {
                out.flag(
                    object.site(cidr, ""),
                    format!("{} {does}: `{all}` is every address", title(object)),
                );
            }
        }
    }
}

/// How many labels a selector asks for; one that asks for none chooses all.
fn wanted(selector: Node<'_>) -> usize {
    let labels = selector.get("matchLabels").map_or(0, |labels| labels.entries().count());
    labels + selector.get("matchExpressions").map_or(0, |expressions| expressions.items().len())
}

/// Whether a range has every address of its family.
pub(super) fn is_everything(cidr: &str) -> bool {
    cidr.trim().ends_with("/0")
}
