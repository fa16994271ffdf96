//! `rbac-secret-read`: a role that reads Secrets.
use crate::prelude::*;
use crate::rbac::{Power, Scope, flag_powers};

pub(crate) const CHECK: Check = Check {
    id: "rbac-secret-read",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("rbac_secret_read.md"),
    run: Run::ObjectAmong(rbac_secret_read),
};

pub(crate) const POWERS: [Power; 1] = [Power {
    severity: Severity::High,
    resources: &[("", "secrets")],
    // list and watch return the content too.
    verbs: &["get", "list", "watch"],
    what: "read every Secret{place}",
    scope: Scope::Namespaced,
    despite_names: |_| false,
}];

fn rbac_secret_read(object: &Object, inventory: &Inventory, out: &mut Findings<'_>) {
    flag_powers(&POWERS, object, inventory, out);
}
