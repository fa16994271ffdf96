//! Does a container runtime put a kernel or a virtual machine between the container and the node?

use object::{Inventory, Node, Object};

/// Words in the handler of a sandbox; the handler's name is free, these are how projects call theirs.
const SANDBOXES: [&str; 5] = ["kata", "gvisor", "runsc", "firecracker", "hypervisor"];

/// Handlers that run containers on the node's own kernel.
const ORDINARY: [&str; 5] = ["runc", "crun", "youki", "nvidia", "docker"];

/// Every `RuntimeClass` of the input.
pub(crate) fn runtime_classes(inventory: &Inventory) -> impl Iterator<Item = &Object> {
    inventory.of_kind("node.k8s.io", "RuntimeClass")
}

/// The handler a `RuntimeClass` names.
pub(crate) fn handler(class: &Object) -> Option<Node<'_>> {
    // v1alpha1 had it under `spec`.
    class.at("handler").or_else(|| class.at("spec.runtimeHandler"))
}

/// Whether the handler is a sandbox, by its name.
pub(crate) fn is_sandbox(handler: &str) -> bool {
    let handler = handler.to_ascii_lowercase();
    SANDBOXES.iter().any(|word| handler.contains(word))
}

/// Whether the handler is known to be none. A name that says neither is unknown.
pub(crate) fn is_ordinary(handler: &str) -> bool {
    ORDINARY.contains(&handler)
}
