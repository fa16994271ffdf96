//! Which checks are there? The one ordered list: by subject, then by how much is lost.

use crate::Check;

/// Declares the modules and the list from the same words, so that a new check is one line here.
macro_rules! list {
    ($($stem:ident,)*) => {
        #[path = "checks"]
        pub(crate) mod checks {
            $(pub(crate) mod $stem;)*
        }

        /// Every check.
        pub static CHECKS: &[&Check] = &[$(&checks::$stem::CHECK,)*];
    };
}

list! {
    privileged_container,
    runtime_socket_mount,
    host_namespace,
    host_path_volume,
    host_path_writable,
    mount_propagation_bidirectional,
    recursive_read_only_missing,
    host_port,
    windows_host_process,
    capability_added,
    capability_not_dropped,
    capability_without_effect,
    net_raw_kept,
    privilege_escalation_allowed,
    run_as_root,
    run_as_uid_zero,
    root_group,
    fs_group_ignored,
    supplemental_groups_merge,
    user_namespace_off,
    user_namespace_ignored,
    user_namespace_conflict,
    seccomp_unconfined,
    seccomp_unset,
    dead_seccomp_annotation,
    privileged_drops_profile,
    apparmor_unconfined,
    legacy_apparmor_annotation,
    selinux_custom_type,
    proc_mount_unmasked,
    unsafe_sysctl,
    sysctl_host_namespace_conflict,
    sysctl_kernel_too_old,
    sysctl_slash_form,
    dead_sysctl_annotation,
    dead_psp_annotation,
    writable_root_filesystem,
    share_process_namespace,
    probe_host_set,
    restricted_volume_type,
    empty_dir_unbounded,
    memory_limit_missing,
    cpu_request_missing,
    mutable_image_tag,
    image_not_pinned,
    stale_pull_policy,
    deprecated_image_registry,
    image_registry_not_allowed,
    image_volume_unpinned,
    image_volume_registry_not_allowed,
    image_in_custom_resource,
    secret_in_env,
    secret_in_args,
    secret_in_configmap,
    secret_in_manifest,
    last_applied_secret,
    secret_env_reference,
    secret_volume_mode_wide,
    sa_token_long_lived,
    sa_token_automount,
    sa_token_broad,
    default_service_account,
    deprecated_service_account_field,
    rbac_cluster_admin,
    rbac_anonymous,
    rbac_wildcard,
    rbac_escalate,
    rbac_secret_read,
    rbac_token_create,
    rbac_node_proxy,
    rbac_webhook_write,
    rbac_pod_create,
    rbac_pod_exec,
    no_network_policy,
    no_egress_policy,
    network_policy_allow_all,
    dangling_network_policy,
    network_policy_named_port_missing,
    service_external_ips,
    load_balancer_open,
    ingress_no_tls,
    ssh_port_exposed,
    runtime_class_missing,
    runtime_class_unknown,
    runtime_class_no_overhead,
    node_profile_missing,
    namespace_psa_missing,
    namespace_psa_invalid,
    namespace_psa_unpinned,
    webhook_self_deadlock,
    webhook_timeout_long,
    removed_api_version,
    unreadable_document,
    wrong_type,
    unknown_field,
    field_not_in_version,
    yaml_boolean_trap,
    duplicate_yaml_key,
    unrendered_source,
    pod_security,
    pod_security_policy,
    admission_policy,
    waiver_stale,
}

/// The check with this id.
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| check.id == id)
}

/// The id a mistyped one most likely meant.
pub fn nearest(id: &str) -> Option<&'static str> {
    let ids: Vec<&'static str> = CHECKS.iter().map(|check| check.id).collect();
    policy::nearest(id, &ids)
}

/// What is said about an id that no check has.
pub(crate) fn unknown(id: &str) -> String {
    match nearest(id) {
        Some(near) => format!("no check is called `{id}`, did you mean `{near}`?"),
        None => format!("no check is called `{id}`; `cofferdam list checks` names them all"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_lower_case_words_and_stand_once() {
        let mut ids: Vec<&str> = CHECKS.iter().map(|check| check.id).collect();
        assert!(ids.iter().all(|id| id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        assert_eq!(nearest("priviledge-container"), Some("privileged-container")); // typos: ignore
        assert_eq!(nearest("run-as-rot"), Some("run-as-root"));
        assert_eq!(nearest("zzzzzz"), None);
    }
}
