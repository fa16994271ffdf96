//! Which request would create this object?

use object::Object;

use super::{DryRun, Gvk, Operation, Request, Undecoded, User, misfit};

/// Whether objects of a kind live in namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// They do.
    Namespace,
    /// They do not.
    Cluster,
}

/// Kinds without a namespace, of the groups that Kubernetes itself serves.
const CLUSTER: [&str; 24] = [
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "FlowSchema",
    "IngressClass",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PodSecurityPolicy",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
];

/// The resource of a kind, such as `networkpolicies` of `NetworkPolicy`, and where it lives. For kinds that
/// Kubernetes does not serve itself it is the usual plural.
pub fn resource_of(kind: &str) -> (String, Scope) {
    let scope = if CLUSTER.contains(&kind) { Scope::Cluster } else { Scope::Namespace };
    let lower = kind.to_lowercase();
    let consonant = |stem: &&str| !stem.ends_with(['a', 'e', 'i', 'o', 'u']);
    let plural = if lower == "endpoints" {
        lower
    } else if let Some(stem) = lower.strip_suffix('y').filter(consonant) {
        format!("{stem}ies")
    } else if lower.ends_with(['s', 'x']) || lower.ends_with("ch") || lower.ends_with("sh") {
        format!("{lower}es")
    } else {
        format!("{lower}s")
    };
    (plural, scope)
}

/// The creation of an object, by nobody in particular.
pub fn creation(object: Object) -> Request {
    let (resource, usual) = resource_of(object.kind());
    let is_ours = object.id().api_version == crate::document::API_VERSION;
    let scope = if is_ours { Scope::Cluster } else { usual };
    let version = object.id().api_version.rsplit('/').next().unwrap_or_default().to_owned();
    let gvk = |name: String| Gvk { group: object.group().to_owned(), version: version.clone(), name };
    Request {
        uid: String::new(),
        kind: gvk(object.kind().to_owned()),
        resource: gvk(resource),
        subresource: String::new(),
        name: object.name().to_owned(),
        namespace: match scope {
            Scope::Namespace => object.namespace().to_owned(),
            // In a review of a namespace an API server puts its own name here.
            Scope::Cluster if object.kind() == "Namespace" => object.name().to_owned(),
            Scope::Cluster => String::new(),
        },
        operation: Operation::Create,
        user: User::nobody(),
        options: None,
        dry_run: DryRun::No,
        undecoded: Undecoded { object: misfit(&object), old: None },
        object: Some(object),
        old: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_the_plurals_that_kubernetes_uses() {
        for (kind, resource) in [
            ("Pod", "pods"),
            ("NetworkPolicy", "networkpolicies"),
            ("Ingress", "ingresses"),
            ("Endpoints", "endpoints"),
            ("RuntimeClass", "runtimeclasses"),
            ("Gateway", "gateways"),
        ] {
            assert_eq!(resource_of(kind).0, resource);
        }
        assert_eq!(resource_of("Namespace").1, Scope::Cluster);
    }
}
