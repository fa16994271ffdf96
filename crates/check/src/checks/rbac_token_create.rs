//! `rbac-token-create`: a role that mints tokens of other identities.
use crate::prelude::*;
use crate::rbac::{Power, Scope, flag_powers};

pub(crate) const CHECK: Check = Check {
    id: "rbac-token-create",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("rbac_token_create.md"),
    run: Run::ObjectAmong(rbac_token_create),
};

pub(crate) const POWERS: [Power; 1] = [Power {
    severity: Severity::High,
    resources: &[("", "serviceaccounts/token")],
    verbs: &["create"],
    what: "mint a token of every service account{place}",
    scope: Scope::Namespaced,
    despite_names: |_| false,
}];

fn rbac_token_create(object: &Object, inventory: &Inventory, out: &mut Findings<'_>) {
    flag_powers(&POWERS, object, inventory, out);
}
