//! Which API versions have Kubernetes releases stopped serving?
//!
//! From the lifecycle markers of `k8s.io/api` 0.18 to 0.37 (`zz_generated.prerelease-lifecycle.go`,
//! `APILifecycleRemoved`). Alpha versions have none as a rule: there it is the first release whose types
//! (`register.go`) or, for RBAC, scheduling and node, whose storage (`pkg/registry/*/rest` of Kubernetes
//! 1.22 to 1.24) is without them. `InitializerConfiguration` is from the release notes of 1.14.

use object::{Version, v};

/// A kind in an API version that is gone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gone {
    /// The first release that did not serve it.
    pub(crate) since: Version,
    /// The API version that serves the kind in the release asked about; none when the kind is gone too.
    pub(crate) instead: Option<&'static str>,
    /// Whether the name of the version is the only difference.
    pub(crate) alike: Alike,
}

/// How a manifest for the old version reads in the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alike {
    /// Fields, meaning and defaults are the same.
    Fully,
    /// The same as long as `spec.selector` is written and not empty.
    WithSelector,
    /// Fields or defaults differ.
    No,
}
use Alike::{Fully, No, WithSelector};

type Row = (&'static str, &'static [&'static str], u16, &'static str, Alike);

/// API version, kinds, first release without it, the version to write instead, how alike they are.
const ROWS: &[Row] = &[
    ("extensions/v1beta1", &["Deployment", "DaemonSet", "ReplicaSet"], 16, "apps/v1", No),
    ("extensions/v1beta1", &["NetworkPolicy"], 16, "networking.k8s.io/v1", Fully),
    ("extensions/v1beta1", &["PodSecurityPolicy"], 16, "policy/v1beta1", Fully),
    ("extensions/v1beta1", &["Ingress"], 22, "networking.k8s.io/v1", No),
    ("apps/v1beta1", &["Deployment", "StatefulSet", "ControllerRevision"], 16, "apps/v1", No),
    ("apps/v1beta2", &["Deployment", "DaemonSet", "ReplicaSet", "StatefulSet"], 16, "apps/v1", WithSelector),
    ("apps/v1beta2", &["ControllerRevision"], 16, "apps/v1", Fully),
    ("admissionregistration.k8s.io/v1alpha1", &["InitializerConfiguration"], 14, "", No),
    ("auditregistration.k8s.io/v1alpha1", &["AuditSink"], 19, "", No),
    ("settings.k8s.io/v1alpha1", &["PodPreset"], 20, "", No),
    ("batch/v2alpha1", &["CronJob"], 21, "batch/v1", No),
    ("batch/v1beta1", &["CronJob"], 25, "batch/v1", Fully),
    ("admissionregistration.k8s.io/v1beta1", WEBHOOKS, 22, "admissionregistration.k8s.io/v1", No),
    ("admissionregistration.k8s.io/v1alpha1", POLICIES, 32, "admissionregistration.k8s.io/v1", No),
    ("admissionregistration.k8s.io/v1beta1", POLICIES, 34, "admissionregistration.k8s.io/v1", No),
    ("apiextensions.k8s.io/v1beta1", &["CustomResourceDefinition"], 22, "apiextensions.k8s.io/v1", No),
    ("apiregistration.k8s.io/v1beta1", &["APIService"], 22, "apiregistration.k8s.io/v1", Fully),
    ("authentication.k8s.io/v1alpha1", &["SelfSubjectReview"], 32, "authentication.k8s.io/v1", Fully),
    ("authentication.k8s.io/v1beta1", &["SelfSubjectReview"], 33, "authentication.k8s.io/v1", Fully),
    ("authentication.k8s.io/v1beta1", &["TokenReview"], 22, "authentication.k8s.io/v1", No),
    ("authorization.k8s.io/v1beta1", REVIEWS, 22, "authorization.k8s.io/v1", No),
    ("certificates.k8s.io/v1beta1", &["CertificateSigningRequest"], 22, "certificates.k8s.io/v1", No),
    ("certificates.k8s.io/v1alpha1", &["ClusterTrustBundle"], 37, "certificates.k8s.io/v1beta1", Fully),
    ("coordination.k8s.io/v1beta1", &["Lease"], 22, "coordination.k8s.io/v1", Fully),
    ("networking.k8s.io/v1alpha1", &["ClusterCIDR"], 29, "", No),
    ("networking.k8s.io/v1alpha1", &["IPAddress", "ServiceCIDR"], 33, "networking.k8s.io/v1", Fully),
    ("networking.k8s.io/v1beta1", &["Ingress"], 22, "networking.k8s.io/v1", No),
    ("networking.k8s.io/v1beta1", &["IngressClass"], 22, "networking.k8s.io/v1", Fully),
    ("networking.k8s.io/v1beta1", &["IPAddress", "ServiceCIDR"], 37, "networking.k8s.io/v1", Fully),
    ("rbac.authorization.k8s.io/v1alpha1", RBAC, 23, "rbac.authorization.k8s.io/v1", No),
    ("rbac.authorization.k8s.io/v1beta1", RBAC, 22, "rbac.authorization.k8s.io/v1", Fully),
    ("scheduling.k8s.io/v1alpha1", &["PriorityClass"], 23, "scheduling.k8s.io/v1", Fully),
    ("scheduling.k8s.io/v1beta1", &["PriorityClass"], 22, "scheduling.k8s.io/v1", Fully),
    ("storage.k8s.io/v1alpha1", &["VolumeAttachment", "CSIStorageCapacity"], 24, "storage.k8s.io/v1", Fully),
    ("storage.k8s.io/v1alpha1", &["VolumeAttributesClass"], 35, "storage.k8s.io/v1", Fully),
    (
        "storagemigration.k8s.io/v1alpha1",
        &["StorageVersionMigration"],
        35,
        "storagemigration.k8s.io/v1beta1",
        No,
    ),
    ("storage.k8s.io/v1beta1", STORAGE, 22, "storage.k8s.io/v1", Fully),
    ("storage.k8s.io/v1beta1", &["CSIStorageCapacity"], 27, "storage.k8s.io/v1", Fully),
    ("storage.k8s.io/v1beta1", &["VolumeAttributesClass"], 37, "storage.k8s.io/v1", Fully),
    ("discovery.k8s.io/v1alpha1", &["EndpointSlice"], 21, "discovery.k8s.io/v1beta1", No),
    ("discovery.k8s.io/v1beta1", &["EndpointSlice"], 25, "discovery.k8s.io/v1", No),
    ("events.k8s.io/v1beta1", &["Event"], 25, "events.k8s.io/v1", No),
    ("autoscaling/v2beta1", &["HorizontalPodAutoscaler"], 25, "autoscaling/v2", No),
    ("autoscaling/v2beta2", &["HorizontalPodAutoscaler"], 26, "autoscaling/v2", Fully),
    ("policy/v1beta1", &["PodDisruptionBudget"], 25, "policy/v1", WithSelector),
    ("policy/v1beta1", &["PodSecurityPolicy"], 25, "", No),
    ("node.k8s.io/v1alpha1", &["RuntimeClass"], 24, "node.k8s.io/v1", No),
    ("node.k8s.io/v1beta1", &["RuntimeClass"], 25, "node.k8s.io/v1", Fully),
    ("resource.k8s.io/v1alpha1", &["ResourceClaim", "ResourceClaimTemplate", "ResourceClass"], 27, "", No),
    (
        "resource.k8s.io/v1alpha2",
        &["ResourceClaim", "ResourceClaimTemplate"],
        31,
        "resource.k8s.io/v1alpha3",
        No,
    ),
    ("resource.k8s.io/v1alpha2", &["ResourceClass"], 31, "", No),
    ("resource.k8s.io/v1alpha3", DEVICES, 34, "resource.k8s.io/v1", No),
    ("flowcontrol.apiserver.k8s.io/v1alpha1", FLOW, 21, "flowcontrol.apiserver.k8s.io/v1beta1", No),
    ("flowcontrol.apiserver.k8s.io/v1beta1", FLOW, 26, "flowcontrol.apiserver.k8s.io/v1beta3", No),
    ("flowcontrol.apiserver.k8s.io/v1beta2", FLOW, 29, "flowcontrol.apiserver.k8s.io/v1", No),
    ("flowcontrol.apiserver.k8s.io/v1beta3", FLOW, 32, "flowcontrol.apiserver.k8s.io/v1", No),
];

const WEBHOOKS: &[&str] = &["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"];
const POLICIES: &[&str] = &["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"];
const REVIEWS: &[&str] =
    &["SubjectAccessReview", "LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview"];
const RBAC: &[&str] = &["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"];
const STORAGE: &[&str] = &["StorageClass", "CSIDriver", "CSINode", "VolumeAttachment"];
const DEVICES: &[&str] = &["ResourceClaim", "ResourceClaimTemplate", "ResourceSlice", "DeviceClass"];
const FLOW: &[&str] = &["FlowSchema", "PriorityLevelConfiguration"];

/// What became of a kind in an API version, if the release no longer serves it.
pub(crate) fn gone(api_version: &str, kind: &str, release: Version) -> Option<Gone> {
    let (since, mut instead, mut alike) = row(api_version, kind, release)?;
    // What replaced it may be gone as well.
    while let Some((_, next, _)) = instead.and_then(|version| row(version, kind, release)) {
        (instead, alike) = (next, No);
    }
    Some(Gone { since, instead, alike })
}

fn row(api_version: &str, kind: &str, release: Version) -> Option<(Version, Option<&'static str>, Alike)> {
    ROWS.iter()
        .find(|(version, kinds, ..)| *version == api_version && kinds.contains(&kind))
        .map(|(_, _, since, instead, alike)| {
            (v(1, *since), (!instead.is_empty()).then_some(*instead), *alike)
        })
        .filter(|(since, ..)| *since <= release)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instead(api_version: &str, kind: &str, minor: u16) -> Option<&'static str> {
        gone(api_version, kind, v(1, minor)).map(|gone| gone.instead.unwrap_or("nothing"))
    }

    #[test]
    fn a_version_is_gone_from_its_release_on() {
        assert_eq!(instead("policy/v1beta1", "PodDisruptionBudget", 24), None);
        assert_eq!(instead("policy/v1beta1", "PodDisruptionBudget", 25), Some("policy/v1"));
        assert_eq!(instead("apps/v1", "Deployment", 37), None);
        assert_eq!(instead("extensions/v1beta1", "Unheard", 37), None);
    }

    #[test]
    fn the_replacement_is_one_that_is_served() {
        let flow = |minor| instead("flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", minor);
        assert_eq!(flow(26), Some("flowcontrol.apiserver.k8s.io/v1beta3"));
        assert_eq!(flow(32), Some("flowcontrol.apiserver.k8s.io/v1"));
        let psp = |minor| instead("extensions/v1beta1", "PodSecurityPolicy", minor);
        assert_eq!(psp(24), Some("policy/v1beta1"));
        assert_eq!(psp(25), Some("nothing"));
    }

    #[test]
    fn no_row_stands_twice_and_every_chain_ends() {
        for (at, (version, kinds, ..)) in ROWS.iter().enumerate() {
            for kind in *kinds {
                let again = |(other, kinds, ..): &Row| other == version && kinds.contains(kind);
                assert!(!ROWS[at + 1..].iter().any(again), "{version} {kind}");
                assert!(gone(version, kind, Version::NEWEST).is_some(), "{version} {kind}");
            }
        }
    }
}
