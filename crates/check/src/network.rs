//! Which pods does a NetworkPolicy speak of, and in which direction?
//!
//! Only what is in the input is known: other namespaces, and pods that a controller makes of custom
//! resources, may be there all the same.

use object::{Inventory, Node, Object, Version};

/// Which way traffic goes, seen from the pod that the policy selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    /// The field of the policy that has its rules.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }

    /// The field of a rule that has its peers.
    pub(crate) fn peers(self) -> &'static str {
        match self {
            Self::Ingress => "from",
            Self::Egress => "to",
        }
    }
}

/// Policies of network plugins that we do not evaluate here: what they govern is taken as covered.
pub(crate) const FOREIGN: [(&str, &str); 4] = [
    ("cilium.io", "CiliumNetworkPolicy"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("projectcalico.org", "NetworkPolicy"),
    ("crd.antrea.io", "NetworkPolicy"),
];

/// The same for the whole cluster.
pub(crate) const FOREIGN_CLUSTERWIDE: [(&str, &str); 7] = [
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("crd.projectcalico.org", "GlobalNetworkPolicy"),
    ("projectcalico.org", "GlobalNetworkPolicy"),
    ("crd.antrea.io", "ClusterNetworkPolicy"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
];

/// Whether an object is a NetworkPolicy of Kubernetes itself.
pub(crate) fn is_policy(object: &Object) -> bool {
    object.kind() == "NetworkPolicy" && matches!(object.group(), "networking.k8s.io" | "extensions")
}

/// Whether policies of another sort may govern the pods of an object.
pub(crate) fn has_foreign_policies(owner: &Object, inventory: &Inventory) -> bool {
    let here = |(group, kind)| inventory.of_kind(group, kind).any(|policy| policy.may_land_beside(owner));
    let anywhere = |(group, kind)| inventory.of_kind(group, kind).next().is_some();
    FOREIGN.into_iter().any(here) || FOREIGN_CLUSTERWIDE.into_iter().any(anywhere)
}

/// Whether a policy isolates the pods it selects in a direction (`spec.policyTypes` and its default).
pub(crate) fn isolates(policy: &Object, direction: Direction) -> bool {
    let types: Vec<&str> =
        policy.at("spec.policyTypes").into_iter().flat_map(Node::items).filter_map(Node::str).collect();
    match direction {
        Direction::Ingress => types.is_empty() || types.contains(&"Ingress"),
        Direction::Egress if types.is_empty() => !rules(policy, direction).is_empty(),
        Direction::Egress => types.contains(&"Egress"),
    }
}

/// The rules of a policy in a direction, whether it counts or not.
pub(crate) fn rules(policy: &Object, direction: Direction) -> Vec<Node<'_>> {
    let rules = policy.at("spec").and_then(|spec| spec.get(direction.field()));
    rules.into_iter().flat_map(Node::items).collect()
}

/// The rules of a policy that are in force.
pub(crate) fn rules_in_force(policy: &Object) -> impl Iterator<Item = (Direction, Node<'_>)> {
    [Direction::Ingress, Direction::Egress]
        .into_iter()
        .filter(|direction| isolates(policy, *direction))
        .flat_map(|direction| rules(policy, direction).into_iter().map(move |rule| (direction, rule)))
}

/// The peers of a rule; none means everybody.
pub(crate) fn peers(direction: Direction, rule: Node<'_>) -> Vec<Node<'_>> {
    rule.get(direction.peers()).into_iter().flat_map(Node::items).collect()
}

/// The selector of a peer that means pods of the policy's own namespace.
pub(crate) fn own_pods(peer: Node<'_>) -> Option<Node<'_>> {
    let elsewhere = peer.get("namespaceSelector").is_some() || peer.get("ipBlock").is_some();
    peer.get("podSelector").filter(|_| !elsewhere)
}

/// Whether the pods of a namespace are known: there are some, and no controller may be making others.
pub(crate) fn knows_pods(namespace: &str, inventory: &Inventory, version: Version) -> bool {
    inventory.pods_in(namespace, version).next().is_some()
        && !inventory.opaque_in(namespace).any(may_make_pods)
}

/// Whether a controller may make pods of a custom resource, for all we know of its kind.
fn may_make_pods(object: &Object) -> bool {
    match object.group() {
        "monitoring.coreos.com" => {
            matches!(object.kind(), "Prometheus" | "PrometheusAgent" | "Alertmanager" | "ThanosRuler")
        }
        "gateway.networking.k8s.io" => object.kind() == "Gateway",
        "networking.istio.io"
        | "security.istio.io"
        | "telemetry.istio.io"
        | "cert-manager.io"
        | "external-secrets.io"
        | "bitnami.com"
        | "cilium.io"
        | "projectcalico.org"
        | "crd.projectcalico.org"
        | "kyverno.io"
        | "traefik.io"
        | "secrets-store.csi.x-k8s.io" => false,
        // Kubernetes' own groups have no kind that becomes a pod and does not show it.
        group => !group.ends_with(".k8s.io"),
    }
}

/// How a policy is called in a message.
pub(crate) fn title(policy: &Object) -> String {
    format!("NetworkPolicy `{}`", policy.name())
}
