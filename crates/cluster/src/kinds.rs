//! Which kinds does Cofferdam itself read and write?

use crate::discover::Resource;

fn resource(group: &str, version: &str, kind: &str, plural: &str, scope: Scope) -> Resource {
    Resource {
        group: group.to_owned(),
        version: version.to_owned(),
        kind: kind.to_owned(),
        plural: plural.to_owned(),
        namespaced: scope == Namespaced,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Cluster,
    Namespaced,
}
use Scope::{Cluster, Namespaced};

const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";
const OURS: &str = "cofferdam.dev";

impl Resource {
    /// `Namespace`.
    pub fn namespaces() -> Self {
        resource("", "v1", "Namespace", "namespaces", Cluster)
    }

    /// `Pod`.
    pub fn pods() -> Self {
        resource("", "v1", "Pod", "pods", Namespaced)
    }

    /// `Secret`.
    pub fn secrets() -> Self {
        resource("", "v1", "Secret", "secrets", Namespaced)
    }

    /// `RuntimeClass`.
    pub fn runtime_classes() -> Self {
        resource("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", Cluster)
    }

    /// The four kinds that say who may do what.
    pub fn rbac() -> [Self; 4] {
        [
            resource(RBAC, "v1", "Role", "roles", Namespaced),
            resource(RBAC, "v1", "ClusterRole", "clusterroles", Cluster),
            resource(RBAC, "v1", "RoleBinding", "rolebindings", Namespaced),
            resource(RBAC, "v1", "ClusterRoleBinding", "clusterrolebindings", Cluster),
        ]
    }

    /// Our own `Policy`.
    pub fn policies() -> Self {
        resource(OURS, "v1alpha1", "Policy", "policies", Cluster)
    }

    /// `PodSecurityPolicy`, for clusters that do not have it any more.
    pub fn pod_security_policies() -> Self {
        resource(OURS, "v1alpha1", "PodSecurityPolicy", "podsecuritypolicies", Cluster)
    }

    /// `AuditSummary`.
    pub fn audit_summaries() -> Self {
        resource(OURS, "v1alpha1", "AuditSummary", "auditsummaries", Namespaced)
    }

    /// `ValidatingWebhookConfiguration` and `MutatingWebhookConfiguration`.
    pub fn webhooks() -> [Self; 2] {
        ["Validating", "Mutating"].map(|word| {
            let plural = format!("{}webhookconfigurations", word.to_lowercase());
            resource(ADMISSION, "v1", &format!("{word}WebhookConfiguration"), &plural, Cluster)
        })
    }

    /// `Lease`.
    pub fn leases() -> Self {
        resource("coordination.k8s.io", "v1", "Lease", "leases", Namespaced)
    }

    /// `Event`.
    pub fn events() -> Self {
        resource("events.k8s.io", "v1", "Event", "events", Namespaced)
    }
}
