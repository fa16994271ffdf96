//! `network-policy-named-port-missing`: a policy that opens a port no pod has.
use crate::network::{Direction, is_policy, knows_pods, own_pods, peers, rules_in_force, title};
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "network-policy-named-port-missing",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("network_policy_named_port_missing.md"),
    run: Run::ObjectAmong(network_policy_named_port_missing),
};

fn network_policy_named_port_missing(object: &Object, inventory: &Inventory, out: &mut Findings<'_>) {
    if !is_policy(object) || !knows_pods(object.namespace(), inventory, out.version()) {
        return;
    }
    for (direction, rule) in rules_in_force(object) {
        // The name is looked up at the pod that listens: the selected one, or the one that is called.
        let listeners = match direction {
            Direction::Ingress => object.at("spec.podSelector").map(|own| vec![own]),
            Direction::Egress => called(rule),
        };
        let Some(listeners) = listeners else { continue };
        for port in named_ports(rule) {
            let name = port.get("port").and_then(Node::str).unwrap_or_default();
            let protocol = protocol(port);
            let mut pods = listeners
                .iter()
                .flat_map(|selector| inventory.pods_selected(object.namespace(), *selector, out.version()))
                .peekable();
            // Selecting nobody is another rule's matter.
            if pods.peek().is_some() && !pods.any(|pod| has_port(pod, name, protocol)) {
                let message = format!(
                    "{} opens port `{name}` ({protocol}), which no pod it is about has in namespace `{}`",
                    title(object),
                    object.namespace()
                );
                out.flag(object.site(port, "port"), message);
            }
        }
    }
}

fn named_ports(rule: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let ports = rule.get("ports").into_iter().flat_map(Node::items);
    ports.filter(|port| port.get("port").and_then(Node::str).is_some())
}

/// The selectors of the pods an egress rule allows to call, if all of them are of the same namespace.
fn called(rule: Node<'_>) -> Option<Vec<Node<'_>>> {
    let peers = peers(Direction::Egress, rule);
    let selectors: Option<Vec<_>> = peers.into_iter().map(own_pods).collect();
    selectors.filter(|selectors| !selectors.is_empty())
}

fn protocol(port: Node<'_>) -> &str {
    port.get("protocol").and_then(Node::str).unwrap_or("TCP")
}

fn has_port(pod: Pod<'_>, name: &str, wanted: &str) -> bool {
    let ports = pod.every_container().flat_map(|c| c.at("ports").into_iter().flat_map(Node::items));
    let mut of_name = ports.filter(|port| port.get("name").and_then(Node::str) == Some(name));
    of_name.any(|port| protocol(port) == wanted)
}
