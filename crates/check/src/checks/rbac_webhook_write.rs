//! `rbac-webhook-write`: a role that decides what admission sees and lets through.
use crate::prelude::*;
use crate::rbac::{Power, Scope, flag_powers};

pub(crate) const CHECK: Check = Check {
    id: "rbac-webhook-write",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[Severity::Medium],
    profile: None,
    page: include_str!("rbac_webhook_write.md"),
    run: Run::ObjectAmong(rbac_webhook_write),
};

pub(crate) const POWERS: [Power; 1] = [Power {
    severity: Severity::High,
    resources: &[
        ("admissionregistration.k8s.io", "mutatingwebhookconfigurations"),
        ("admissionregistration.k8s.io", "validatingwebhookconfigurations"),
        ("admissionregistration.k8s.io", "mutatingadmissionpolicies"),
        ("admissionregistration.k8s.io", "mutatingadmissionpolicybindings"),
        ("admissionregistration.k8s.io", "validatingadmissionpolicies"),
        ("admissionregistration.k8s.io", "validatingadmissionpolicybindings"),
    ],
    verbs: &["create", "update", "patch", "delete", "deletecollection"],
    what: "{verb} `{resource}`{place}",
    scope: Scope::Cluster,
    // One webhook is enough: its rules and its address are in the same object.
    despite_names: |_| true,
}];

fn rbac_webhook_write(object: &Object, inventory: &Inventory, out: &mut Findings<'_>) {
    flag_powers(&POWERS, object, inventory, out);
}
