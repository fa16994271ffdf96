//! `rbac-escalate`: a role that takes other roles or other identities.
use crate::prelude::*;
use crate::rbac::{Power, Scope, flag_powers};

pub(crate) const CHECK: Check = Check {
    id: "rbac-escalate",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[Severity::Medium],
    profile: None,
    page: include_str!("rbac_escalate.md"),
    run: Run::ObjectAmong(rbac_escalate),
};

pub(crate) const POWERS: [Power; 5] = [
    Power {
        severity: Severity::High,
        resources: &[("rbac.authorization.k8s.io", "roles"), ("rbac.authorization.k8s.io", "clusterroles")],
        verbs: &["escalate"],
        what: "write rights it does not hold into roles (`escalate` on `{resource}`){place}",
        scope: Scope::Namespaced,
        despite_names: |_| true,
    },
    Power {
        severity: Severity::High,
        resources: &[("rbac.authorization.k8s.io", "roles"), ("rbac.authorization.k8s.io", "clusterroles")],
        verbs: &["bind"],
        what: "give itself roles it does not hold (`bind` on `{resource}`){place}",
        scope: Scope::Namespaced,
        despite_names: |names| names.iter().any(|name| matches!(*name, "cluster-admin" | "admin" | "edit")),
    },
    Power {
        severity: Severity::High,
        resources: &[("", "serviceaccounts")],
        verbs: &["impersonate"],
        what: "act as any service account (`impersonate` on `{resource}`){place}",
        scope: Scope::Namespaced,
        despite_names: |_| false,
    },
    Power {
        severity: Severity::High,
        resources: &[("", "users"), ("", "groups"), ("authentication.k8s.io", "uids")],
        verbs: &["impersonate"],
        what: "act as anybody else (`impersonate` on `{resource}`){place}",
        scope: Scope::Cluster,
        despite_names: |names| names.contains(&"system:masters"),
    },
    // A certificate of the API server's own signers is an identity: any user and group, or any node
    // (kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests, "Authorization").
    Power {
        severity: Severity::High,
        resources: &[("certificates.k8s.io", "signers")],
        verbs: &["approve", "sign"],
        what: "certify itself as anybody else (`{verb}` on `{resource}`){place}",
        scope: Scope::Cluster,
        despite_names: |names| names.iter().any(|name| CLIENT_SIGNERS.contains(name)),
    },
];

/// Signers whose certificates the API server takes as logins, and what stands for all of them.
const CLIENT_SIGNERS: [&str; 3] =
    ["kubernetes.io/kube-apiserver-client", "kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/*"];

fn rbac_escalate(object: &Object, inventory: &Inventory, out: &mut Findings<'_>) {
    flag_powers(&POWERS, object, inventory, out);
}
