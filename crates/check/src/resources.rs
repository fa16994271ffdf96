//! What may a container use, and what is kept for it, after the defaults of API and namespace?

use object::{Container, Inventory, Node, v};

const LIMITS: &str = "resources.limits";
const REQUESTS: &str = "resources.requests";

/// Whether the container's use of a resource ends somewhere: by its own limit, the pod's or a `LimitRange`'s.
pub(crate) fn is_limited(container: Container<'_>, resource: &str, inventory: &Inventory) -> bool {
    is_amount(of(container.at(LIMITS), resource))
        || is_amount(of_pod(container, LIMITS, resource))
        || default_of_namespace(container, inventory, resource, &["default", "max"])
}

/// Whether some of a resource is kept for the container. A request defaults to the limit.
pub(crate) fn is_requested(container: Container<'_>, resource: &str, inventory: &Inventory) -> bool {
    let own = of(container.at(REQUESTS), resource);
    if own.is_some() {
        return is_amount(own);
    }
    is_amount(of(container.at(LIMITS), resource))
        || is_amount(of_pod(container, REQUESTS, resource))
        || is_amount(of_pod(container, LIMITS, resource))
        || default_of_namespace(container, inventory, resource, &["defaultRequest", "default", "min", "max"])
}

/// Whether an amount is written, and not zero, which means none.
pub(crate) fn is_amount(node: Option<Node<'_>>) -> bool {
    let number = |text: &str| {
        text.bytes().take_while(|b| !b.is_ascii_alphabetic()).any(|b| (b'1'..=b'9').contains(&b))
    };
    node.and_then(Node::text).is_some_and(number)
}

fn of<'a>(amounts: Option<Node<'a>>, resource: &str) -> Option<Node<'a>> {
    amounts.and_then(|amounts| amounts.get(resource))
}

/// An amount of the pod's own resources, which exist since 1.32.
fn of_pod<'a>(container: Container<'a>, amounts: &str, resource: &str) -> Option<Node<'a>> {
    let pod = container.pod();
    (pod.version() >= v(1, 32)).then(|| of(pod.at(amounts), resource)).flatten()
}

/// Whether a `LimitRange` in the same input fills the value in (`SetDefaults_LimitRangeItem`).
fn default_of_namespace(
    container: Container<'_>,
    inventory: &Inventory,
    resource: &str,
    fields: &[&str],
) -> bool {
    let namespace = container.pod().object().namespace();
    let mut ranges = inventory.of_kind("", "LimitRange").filter(|range| range.namespace() == namespace);
    ranges.any(|range| {
        let items = range.at("spec.limits").into_iter().flat_map(Node::items);
        let mut items = items.filter(|item| item.get("type").and_then(Node::str) == Some("Container"));
        items.any(|item| {
            fields.iter().any(|field| is_amount(item.get(field).and_then(|field| field.get(resource))))
        })
    })
}
