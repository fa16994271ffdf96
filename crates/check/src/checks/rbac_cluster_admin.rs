//! `rbac-cluster-admin`: a binding that gives everything away.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "rbac-cluster-admin",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Critical,
    also: &[Severity::High],
    profile: None,
    page: include_str!("rbac_cluster_admin.md"),
    run: Run::ObjectAmong(rbac_cluster_admin),
};
use crate::rbac::{Rule, granted_role, is_binding, rules, subjects, titles};

fn rbac_cluster_admin(object: &Object, inventory: &Inventory, out: &mut Findings<'_>) {
    let role = granted_role(object).filter(|_| is_binding(object));
    let Some((kind, name)) = role else { return };
    let is_admin = (kind, name) == ("ClusterRole", "cluster-admin");
    if !is_admin && !inventory.roles_of(object).any(|role| rules(role).any(Rule::is_everything)) {
        return;
    }
    // The API server binds its own group so.
    let Some(who) = titles(subjects(object).filter(|subject| subject.name != "system:masters")) else {
        return;
    };
    let site = object.site(object.root(), "roleRef.name");
    let equal = if is_admin { "" } else { ", which is equal to `cluster-admin`" };
    if object.kind() == "ClusterRoleBinding" {
        out.flag(site, format!("{who} may do everything in the cluster through role `{name}`{equal}"));
    } else {
        let message = format!(
            "{who} may do everything in namespace `{}` through role `{name}`{equal}",
            object.namespace()
        );
        out.flag(site, message).severity(Severity::High);
    }
}
