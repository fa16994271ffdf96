//! `rbac-anonymous`: a binding that needs no account of its own.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "rbac-anonymous",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Critical,
    also: &[],
    profile: None,
    page: include_str!("rbac_anonymous.md"),
    run: Run::Object(rbac_anonymous),
};
use crate::rbac::{granted_role, is_binding, subjects};

fn rbac_anonymous(object: &Object, out: &mut Findings<'_>) {
    if !is_binding(object) {
        return;
    }
    let role = granted_role(object).map_or("", |(_, name)| name);
    let place = if object.kind() == "RoleBinding" {
        format!(" in namespace `{}`", object.namespace())
    } else {
        String::new()
    };
    for subject in subjects(object) {
        let who = match (subject.kind, subject.name) {
            ("User", "system:anonymous") | ("Group", "system:unauthenticated") => {
                "anybody who reaches the API server without a login"
            }
            // Whoever has any credential at all, each pod's token included.
            ("Group", "system:authenticated") => "every user and every pod of the cluster",
            _ => continue,
        };
        let message = format!("{who} holds role `{role}`{place} (`{}`)", subject.name);
        out.flag(object.site(subject.node, "name"), message);
    }
}
