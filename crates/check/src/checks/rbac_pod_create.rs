//! `rbac-pod-create`: a role that runs pods of its choice.
use crate::prelude::*;
use crate::rbac::{Power, Scope, flag_powers};

pub(crate) const CHECK: Check = Check {
    id: "rbac-pod-create",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("rbac_pod_create.md"),
    run: Run::ObjectAmong(rbac_pod_create),
};

pub(crate) const POWERS: [Power; 1] = [Power {
    severity: Severity::Medium,
    resources: &[
        ("", "pods"),
        ("", "replicationcontrollers"),
        ("apps", "deployments"),
        ("apps", "daemonsets"),
        ("apps", "statefulsets"),
        ("apps", "replicasets"),
        ("batch", "jobs"),
        ("batch", "cronjobs"),
    ],
    verbs: &["create"],
    what: "create `{resource}`{place}, and so run any image with any Secret and service account",
    scope: Scope::Namespaced,
    // A request to create carries no name: such a rule grants nothing.
    despite_names: |_| false,
}];

fn rbac_pod_create(object: &Object, inventory: &Inventory, out: &mut Findings<'_>) {
    flag_powers(&POWERS, object, inventory, out);
}
