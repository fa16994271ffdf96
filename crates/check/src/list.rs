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
    capability_added,
    capability_not_dropped,
    privilege_escalation_allowed,
    run_as_root,
    run_as_uid_zero,
    seccomp_unconfined,
    seccomp_unset,
    dead_seccomp_annotation,
    apparmor_unconfined,
    proc_mount_unmasked,
    unsafe_sysctl,
    writable_root_filesystem,
    mutable_image_tag,
    image_not_pinned,
    stale_pull_policy,
    deprecated_image_registry,
    image_registry_not_allowed,
    image_volume_unpinned,
    image_volume_registry_not_allowed,
    image_in_custom_resource,
    secret_in_env,
    sa_token_automount,
    no_network_policy,
    no_egress_policy,
    network_policy_allow_all,
    dangling_network_policy,
    network_policy_named_port_missing,
    service_external_ips,
    load_balancer_open,
    ingress_no_tls,
    ssh_port_exposed,
    unreadable_document,
    wrong_type,
    unknown_field,
    field_not_in_version,
    yaml_boolean_trap,
    duplicate_yaml_key,
    unrendered_source,
    pod_security,
}

/// The check with this id.
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| check.id == id)
}

/// The id a mistyped one most likely meant.
pub fn nearest(id: &str) -> Option<&'static str> {
    let near = CHECKS.iter().map(|check| (distance(id, check.id), check.id)).min()?;
    (near.0 <= id.len() / 3 + 1).then_some(near.1)
}

/// Edits between two words (Levenshtein).
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or(usize::MAX - 1);
            let cell = (diagonal + usize::from(x != y)).min(left + 1).min(above + 1);
            diagonal = above;
            if let Some(slot) = row.get_mut(j) {
                *slot = left;
            }
            left = cell;
        }
        if let Some(slot) = row.last_mut() {
            *slot = left;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
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
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
