//! `rbac-node-proxy`: a role that talks to kubelets.
use crate::prelude::*;
use crate::rbac::{Power, Scope, flag_powers};

pub(crate) const CHECK: Check = Check {
    id: "rbac-node-proxy",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[Severity::Medium],
    profile: None,
    page: include_str!("rbac_node_proxy.md"),
    run: Run::ObjectAmong(rbac_node_proxy),
};

pub(crate) const POWERS: [Power; 1] = [Power {
    severity: Severity::High,
    resources: &[("", "nodes/proxy")],
    // A WebSocket to the kubelet is opened with `get` (kubernetes/kubernetes#136550).
    verbs: &["get", "create", "update", "patch", "delete"],
    what: "run commands in every pod through the kubelets (`{verb}` on `{resource}`){place}",
    scope: Scope::Cluster,
    despite_names: |_| true,
}];

fn rbac_node_proxy(object: &Object, inventory: &Inventory, out: &mut Findings<'_>) {
    flag_powers(&POWERS, object, inventory, out);
}
