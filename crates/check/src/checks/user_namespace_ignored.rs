//! `user-namespace-ignored`: a user namespace that the release does not make unless told to.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "user-namespace-ignored",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("user_namespace_ignored.md"),
    run: Run::Pod(user_namespace_ignored),
};

fn user_namespace_ignored(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let version = pod.version();
    // Before 1.25 there is no such field; on by default since 1.33 (pkg/features/kube_features.go).
    if version < v(1, 25) || version >= v(1, 33) || pod.is_windows() || !pod.has_user_namespace() {
        return;
    }
    // The gate had another name while it was for pods without volumes only (KEP-127).
    let gate =
        if version < v(1, 28) { "UserNamespacesStatelessPodsSupport" } else { "UserNamespacesSupport" };
    out.flag(
        pod.site("hostUsers"),
        format!("Kubernetes {version} drops `hostUsers` unless its gate {gate} is on: root in the pod is root on the node"),
    );
}
