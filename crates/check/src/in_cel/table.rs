//! Which rule has a twin, and what stands against the others?

use super::{About, InCel, Resource, Scope, Twin};
use crate::list::checks;

/// Every rule, in the order of the list.
pub static TWINS: &[(&str, Twin)] = &[
    (
        checks::privileged_container::CHECK.id,
        twin(About::Pods, include_str!("../checks/privileged_container.cel")),
    ),
    (
        checks::runtime_socket_mount::CHECK.id,
        Twin::Never("it compares paths in their normal form, and CEL cannot take `..` apart"),
    ),
    (checks::host_namespace::CHECK.id, twin(About::Pods, include_str!("../checks/host_namespace.cel"))),
    (checks::host_path_volume::CHECK.id, twin(About::Pods, include_str!("../checks/host_path_volume.cel"))),
    (
        checks::host_path_writable::CHECK.id,
        twin(About::Pods, include_str!("../checks/host_path_writable.cel")),
    ),
    (
        checks::mount_propagation_bidirectional::CHECK.id,
        twin(About::Pods, include_str!("../checks/mount_propagation_bidirectional.cel")),
    ),
    (
        checks::recursive_read_only_missing::CHECK.id,
        twin(About::Pods, include_str!("../checks/recursive_read_only_missing.cel")),
    ),
    (checks::host_port::CHECK.id, twin(About::Pods, include_str!("../checks/host_port.cel"))),
    (
        checks::windows_host_process::CHECK.id,
        twin(About::Pods, include_str!("../checks/windows_host_process.cel")),
    ),
    (checks::capability_added::CHECK.id, twin(About::Pods, include_str!("../checks/capability_added.cel"))),
    (
        checks::capability_not_dropped::CHECK.id,
        twin(About::Pods, include_str!("../checks/capability_not_dropped.cel")),
    ),
    (
        checks::capability_without_effect::CHECK.id,
        twin(About::Pods, include_str!("../checks/capability_without_effect.cel")),
    ),
    (checks::net_raw_kept::CHECK.id, twin(About::Pods, include_str!("../checks/net_raw_kept.cel"))),
    (
        checks::privilege_escalation_allowed::CHECK.id,
        twin(About::Pods, include_str!("../checks/privilege_escalation_allowed.cel")),
    ),
    (checks::run_as_root::CHECK.id, twin(About::Pods, include_str!("../checks/run_as_root.cel"))),
    (checks::run_as_uid_zero::CHECK.id, twin(About::Pods, include_str!("../checks/run_as_uid_zero.cel"))),
    (checks::root_group::CHECK.id, twin(About::Pods, include_str!("../checks/root_group.cel"))),
    (checks::fs_group_ignored::CHECK.id, twin(About::Pods, include_str!("../checks/fs_group_ignored.cel"))),
    (
        checks::supplemental_groups_merge::CHECK.id,
        twin(About::Pods, include_str!("../checks/supplemental_groups_merge.cel")),
    ),
    (
        checks::user_namespace_off::CHECK.id,
        twin(About::Pods, include_str!("../checks/user_namespace_off.cel")),
    ),
    (
        checks::user_namespace_ignored::CHECK.id,
        twin(About::Pods, include_str!("../checks/user_namespace_ignored.cel")),
    ),
    (
        checks::user_namespace_conflict::CHECK.id,
        twin(About::Pods, include_str!("../checks/user_namespace_conflict.cel")),
    ),
    (
        checks::seccomp_unconfined::CHECK.id,
        twin(About::Pods, include_str!("../checks/seccomp_unconfined.cel")),
    ),
    (checks::seccomp_unset::CHECK.id, twin(About::Pods, include_str!("../checks/seccomp_unset.cel"))),
    (
        checks::dead_seccomp_annotation::CHECK.id,
        twin(About::Pods, include_str!("../checks/dead_seccomp_annotation.cel")),
    ),
    (
        checks::privileged_drops_profile::CHECK.id,
        twin(About::Pods, include_str!("../checks/privileged_drops_profile.cel")),
    ),
    (
        checks::apparmor_unconfined::CHECK.id,
        twin(About::Pods, include_str!("../checks/apparmor_unconfined.cel")),
    ),
    (
        checks::legacy_apparmor_annotation::CHECK.id,
        twin(About::Pods, include_str!("../checks/legacy_apparmor_annotation.cel")),
    ),
    (
        checks::selinux_custom_type::CHECK.id,
        twin(About::Pods, include_str!("../checks/selinux_custom_type.cel")),
    ),
    (
        checks::proc_mount_unmasked::CHECK.id,
        twin(About::Pods, include_str!("../checks/proc_mount_unmasked.cel")),
    ),
    (checks::unsafe_sysctl::CHECK.id, twin(About::Pods, include_str!("../checks/unsafe_sysctl.cel"))),
    (
        checks::sysctl_host_namespace_conflict::CHECK.id,
        twin(About::Pods, include_str!("../checks/sysctl_host_namespace_conflict.cel")),
    ),
    (
        checks::sysctl_kernel_too_old::CHECK.id,
        Twin::Never("it goes by the kernel of the nodes, which no policy names"),
    ),
    (checks::sysctl_slash_form::CHECK.id, twin(About::Pods, include_str!("../checks/sysctl_slash_form.cel"))),
    (
        checks::dead_sysctl_annotation::CHECK.id,
        twin(About::Pods, include_str!("../checks/dead_sysctl_annotation.cel")),
    ),
    (
        checks::dead_psp_annotation::CHECK.id,
        twin(About::Pods, include_str!("../checks/dead_psp_annotation.cel")),
    ),
    (
        checks::writable_root_filesystem::CHECK.id,
        twin(About::Pods, include_str!("../checks/writable_root_filesystem.cel")),
    ),
    (
        checks::share_process_namespace::CHECK.id,
        twin(About::Pods, include_str!("../checks/share_process_namespace.cel")),
    ),
    (checks::probe_host_set::CHECK.id, twin(About::Pods, include_str!("../checks/probe_host_set.cel"))),
    (
        checks::restricted_volume_type::CHECK.id,
        twin(About::Pods, include_str!("../checks/restricted_volume_type.cel")),
    ),
    (checks::empty_dir_unbounded::CHECK.id, Twin::Never("it looks at the LimitRanges of the namespace")),
    (checks::memory_limit_missing::CHECK.id, Twin::Never("it looks at the LimitRanges of the namespace")),
    (checks::cpu_request_missing::CHECK.id, Twin::Never("it looks at the LimitRanges of the namespace")),
    (checks::mutable_image_tag::CHECK.id, twin(About::Pods, include_str!("../checks/mutable_image_tag.cel"))),
    (checks::image_not_pinned::CHECK.id, twin(About::Pods, include_str!("../checks/image_not_pinned.cel"))),
    (checks::stale_pull_policy::CHECK.id, twin(About::Pods, include_str!("../checks/stale_pull_policy.cel"))),
    (
        checks::deprecated_image_registry::CHECK.id,
        twin(About::Pods, include_str!("../checks/deprecated_image_registry.cel")),
    ),
    (
        checks::image_registry_not_allowed::CHECK.id,
        twin(About::Pods, include_str!("../checks/image_registry_not_allowed.cel")),
    ),
    (
        checks::image_volume_unpinned::CHECK.id,
        twin(About::Pods, include_str!("../checks/image_volume_unpinned.cel")),
    ),
    (
        checks::image_volume_registry_not_allowed::CHECK.id,
        twin(About::Pods, include_str!("../checks/image_volume_registry_not_allowed.cel")),
    ),
    (
        checks::image_in_custom_resource::CHECK.id,
        Twin::Never(
            "it searches custom resources of any shape, and CEL cannot walk fields that it does not name",
        ),
    ),
    (
        checks::secret_in_env::CHECK.id,
        Twin::Never("it weighs how much a text looks like a credential, beyond what CEL can compute"),
    ),
    (
        checks::secret_in_args::CHECK.id,
        Twin::Never("it weighs how much a text looks like a credential, beyond what CEL can compute"),
    ),
    (
        checks::secret_in_configmap::CHECK.id,
        Twin::Never("it weighs how much a text looks like a credential, beyond what CEL can compute"),
    ),
    (
        checks::secret_in_manifest::CHECK.id,
        Twin::Never(
            "it is about the manifest: of a Secret in the cluster nobody can tell where it was written",
        ),
    ),
    (
        checks::last_applied_secret::CHECK.id,
        Twin::Never("it reads JSON within an annotation, which CEL cannot parse"),
    ),
    (
        checks::secret_env_reference::CHECK.id,
        twin(About::Pods, include_str!("../checks/secret_env_reference.cel")),
    ),
    (
        checks::secret_volume_mode_wide::CHECK.id,
        twin(About::Pods, include_str!("../checks/secret_volume_mode_wide.cel")),
    ),
    (
        checks::sa_token_long_lived::CHECK.id,
        twin(About::Objects(SECRETS), include_str!("../checks/sa_token_long_lived.cel")),
    ),
    (
        checks::sa_token_automount::CHECK.id,
        Twin::Never("it looks at the service account of the pod and at role bindings"),
    ),
    (checks::sa_token_broad::CHECK.id, twin(About::Pods, include_str!("../checks/sa_token_broad.cel"))),
    (checks::default_service_account::CHECK.id, Twin::Never("it looks at the service account of the pod")),
    (
        checks::deprecated_service_account_field::CHECK.id,
        Twin::Never("the API server itself writes the field into every pod that names a service account"),
    ),
    (checks::rbac_cluster_admin::CHECK.id, Twin::Never("it looks at the role behind the binding")),
    (
        checks::rbac_anonymous::CHECK.id,
        twin(About::Objects(BINDINGS), include_str!("../checks/rbac_anonymous.cel")),
    ),
    (
        checks::rbac_wildcard::CHECK.id,
        twin(About::Objects(ROLES), include_str!("../checks/rbac_wildcard.cel")),
    ),
    (checks::rbac_escalate::CHECK.id, Twin::Never("it looks at the bindings of the role")),
    (
        checks::rbac_secret_read::CHECK.id,
        twin(About::Objects(ROLES), include_str!("../checks/rbac_secret_read.cel")),
    ),
    (
        checks::rbac_token_create::CHECK.id,
        twin(About::Objects(ROLES), include_str!("../checks/rbac_token_create.cel")),
    ),
    (checks::rbac_node_proxy::CHECK.id, Twin::Never("it looks at the bindings of the role")),
    (checks::rbac_webhook_write::CHECK.id, Twin::Never("it looks at the bindings of the role")),
    (
        checks::rbac_pod_create::CHECK.id,
        twin(About::Objects(ROLES), include_str!("../checks/rbac_pod_create.cel")),
    ),
    (
        checks::rbac_pod_exec::CHECK.id,
        twin(About::Objects(ROLES), include_str!("../checks/rbac_pod_exec.cel")),
    ),
    (checks::no_network_policy::CHECK.id, Twin::Never("it looks at the NetworkPolicies of the namespace")),
    (checks::no_egress_policy::CHECK.id, Twin::Never("it looks at the NetworkPolicies of the namespace")),
    (
        checks::network_policy_allow_all::CHECK.id,
        twin(About::Objects(NETWORK_POLICIES), include_str!("../checks/network_policy_allow_all.cel")),
    ),
    (checks::dangling_network_policy::CHECK.id, Twin::Never("it looks at the pods of the namespace")),
    (
        checks::network_policy_named_port_missing::CHECK.id,
        Twin::Never("it looks at the pods of the namespace"),
    ),
    (
        checks::service_external_ips::CHECK.id,
        twin(About::Objects(SERVICES), include_str!("../checks/service_external_ips.cel")),
    ),
    (
        checks::load_balancer_open::CHECK.id,
        twin(About::Objects(SERVICES), include_str!("../checks/load_balancer_open.cel")),
    ),
    (
        checks::ingress_no_tls::CHECK.id,
        twin(About::Objects(INGRESSES), include_str!("../checks/ingress_no_tls.cel")),
    ),
    (checks::ssh_port_exposed::CHECK.id, Twin::Never("not written in CEL yet")),
    (
        checks::runtime_class_missing::CHECK.id,
        Twin::Never("it goes by the namespaces and RuntimeClasses of the cluster"),
    ),
    (checks::runtime_class_unknown::CHECK.id, Twin::Never("it goes by the RuntimeClasses of the cluster")),
    (checks::runtime_class_no_overhead::CHECK.id, Twin::Never("not written in CEL yet")),
    (
        checks::node_profile_missing::CHECK.id,
        Twin::Never("it goes by the profiles on the nodes, which no policy names"),
    ),
    (
        checks::namespace_psa_missing::CHECK.id,
        twin(About::Objects(NAMESPACES), include_str!("../checks/namespace_psa_missing.cel")),
    ),
    (
        checks::namespace_psa_invalid::CHECK.id,
        twin(About::Objects(NAMESPACES), include_str!("../checks/namespace_psa_invalid.cel")),
    ),
    (
        checks::namespace_psa_unpinned::CHECK.id,
        twin(About::Objects(NAMESPACES), include_str!("../checks/namespace_psa_unpinned.cel")),
    ),
    (
        checks::webhook_self_deadlock::CHECK.id,
        Twin::Never("it looks at the namespaces and pods that the webhook judges"),
    ),
    (
        checks::webhook_timeout_long::CHECK.id,
        twin(About::Objects(WEBHOOKS), include_str!("../checks/webhook_timeout_long.cel")),
    ),
    (
        checks::removed_api_version::CHECK.id,
        Twin::Never("the API server refuses a version that it does not serve before any policy is asked"),
    ),
    (checks::unreadable_document::CHECK.id, Twin::Never(TEXT)),
    (checks::wrong_type::CHECK.id, Twin::Never(TEXT)),
    (checks::unknown_field::CHECK.id, Twin::Never(TEXT)),
    (checks::field_not_in_version::CHECK.id, Twin::Never(TEXT)),
    (checks::yaml_boolean_trap::CHECK.id, Twin::Never(TEXT)),
    (checks::duplicate_yaml_key::CHECK.id, Twin::Never(TEXT)),
    (checks::unrendered_source::CHECK.id, Twin::Never(TEXT)),
    (
        checks::pod_security::CHECK.id,
        Twin::Never("it is exported as a policy of its own, from `podSecurity`"),
    ),
    (
        checks::pod_security_policy::CHECK.id,
        Twin::Never(
            "which policy decides depends on the others: `cofferdam psp migrate` says what each becomes",
        ),
    ),
    (checks::admission_policy::CHECK.id, Twin::Never("it is Kubernetes' own policy already")),
    (checks::waiver_stale::CHECK.id, Twin::Never("it is about what other rules accepted")),
];

/// What is gone once an object is in the cluster.
const TEXT: &str =
    "it is about the text of a manifest, which the API server has read before any policy is asked";

const fn twin(about: About, text: &'static str) -> Twin {
    Twin::Cel(InCel { about, text })
}

const fn namespaced(group: &'static str, name: &'static str, kind: &'static str) -> Resource {
    Resource { group, name, kind, scope: Scope::Namespaced }
}

const fn cluster(group: &'static str, name: &'static str, kind: &'static str) -> Resource {
    Resource { group, name, kind, scope: Scope::Cluster }
}

const RBAC: &str = "rbac.authorization.k8s.io";
const REGISTRATION: &str = "admissionregistration.k8s.io";
const SECRETS: &[Resource] = &[namespaced("", "secrets", "Secret")];
const SERVICES: &[Resource] = &[namespaced("", "services", "Service")];
const NAMESPACES: &[Resource] = &[cluster("", "namespaces", "Namespace")];
const INGRESSES: &[Resource] = &[namespaced("networking.k8s.io", "ingresses", "Ingress")];
const NETWORK_POLICIES: &[Resource] = &[namespaced("networking.k8s.io", "networkpolicies", "NetworkPolicy")];
const ROLES: &[Resource] = &[namespaced(RBAC, "roles", "Role"), cluster(RBAC, "clusterroles", "ClusterRole")];
const BINDINGS: &[Resource] = &[
    namespaced(RBAC, "rolebindings", "RoleBinding"),
    cluster(RBAC, "clusterrolebindings", "ClusterRoleBinding"),
];
const WEBHOOKS: &[Resource] = &[
    cluster(REGISTRATION, "validatingwebhookconfigurations", "ValidatingWebhookConfiguration"),
    cluster(REGISTRATION, "mutatingwebhookconfigurations", "MutatingWebhookConfiguration"),
];
