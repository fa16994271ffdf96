//! Which pods does a NetworkPolicy speak of, and in which direction?
//!
//! Only what is in the input is known: other namespaces, and pods that a controller makes of custom
//! resources, may be there all the same.

use object::{Inventory, Node, Object, Pod, Version, selects};

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
const FOREIGN: [(&str, &str); 4] = [
    ("cilium.io", "CiliumNetworkPolicy"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("projectcalico.org", "NetworkPolicy"),
    ("crd.antrea.io", "NetworkPolicy"),
];

/// The same for the whole cluster.
const FOREIGN_CLUSTERWIDE: [(&str, &str); 7] = [
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

/// The policies that select a pod.
pub(crate) fn policies_of<'a>(
    pod: &'a Pod<'a>,
    inventory: &'a Inventory,
) -> impl Iterator<Item = &'a Object> {
    let namespace = pod.object().namespace();
    inventory
        .of_kind("networking.k8s.io", "NetworkPolicy")
        .chain(inventory.of_kind("extensions", "NetworkPolicy"))
        .filter(move |policy| policy.namespace() == namespace)
        .filter(|policy| policy.at("spec.podSelector").is_none_or(|s| selects(s, pod.labels())))
}

/// Whether policies of another sort may govern the pods of a namespace.
pub(crate) fn has_foreign_policies(namespace: &str, inventory: &Inventory) -> bool {
    let here = |(group, kind)| inventory.of_kind(group, kind).any(|policy| policy.namespace() == namespace);
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

/// The pods of a namespace, if there are any and those in the input can be taken for all of them.
pub(crate) fn all_pods<'a>(
    policy: &Object,
    inventory: &'a Inventory,
    version: Version,
) -> Option<Vec<Pod<'a>>> {
    let namespace = policy.namespace();
    let pods: Vec<_> = inventory.pods_in(namespace, version).collect();
    let hides_some = || inventory.in_namespace(namespace).any(may_make_pods);
    (!pods.is_empty() && !hides_some()).then_some(pods)
}

/// Whether a controller may make pods of an object that its text does not show.
fn may_make_pods(object: &Object) -> bool {
    let group = object.group();
    let own = !group.contains('.') || group.ends_with(".k8s.io") && group != "gateway.networking.k8s.io";
    // Kinds that configure something: everything else of a custom group may be an operator's.
    let configures = match group {
        "monitoring.coreos.com" => {
            !matches!(object.kind(), "Prometheus" | "PrometheusAgent" | "Alertmanager" | "ThanosRuler")
        }
        "gateway.networking.k8s.io" => object.kind() != "Gateway",
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
        | "secrets-store.csi.x-k8s.io" => true,
        _ => object.pods(Version::NEWEST).next().is_some(),
    };
    !own && !configures
}

/// How a policy is called in a message.
pub(crate) fn title(policy: &Object) -> String {
    format!("NetworkPolicy `{}`", policy.name())
}
