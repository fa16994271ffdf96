//! `rbac-wildcard`: a rule that grants what nobody has listed.
use crate::api_group::is_custom;
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "rbac-wildcard",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[Severity::Medium],
    profile: None,
    page: include_str!("rbac_wildcard.md"),
    run: Run::ObjectAmong(rbac_wildcard),
};
use crate::list::checks::{
    rbac_escalate, rbac_node_proxy, rbac_pod_create, rbac_pod_exec, rbac_secret_read, rbac_token_create,
    rbac_webhook_write,
};
use crate::rbac::{Holders, Power, Rule, Scope, rules};

/// What a wildcard may bring along without a word, the worst first.
const INCLUDED: [(&[Power], &str); 7] = [
    (&rbac_secret_read::POWERS, "reading Secrets"),
    (&rbac_escalate::POWERS, "taking other roles"),
    (&rbac_token_create::POWERS, "minting tokens"),
    (&rbac_node_proxy::POWERS, "commands to the kubelets"),
    (&rbac_webhook_write::POWERS, "changing admission"),
    (&rbac_pod_create::POWERS, "running pods"),
    (&rbac_pod_exec::POWERS, "reaching into pods"),
];

fn rbac_wildcard(object: &Object, inventory: &Inventory, out: &mut Findings<'_>) {
    let mut holders = None;
    for rule in rules(object) {
        let Some(star) = rule.wildcard() else { continue };
        let holders = holders.get_or_insert_with(|| Holders::of(object, inventory));
        let Some((who, place)) = holders.of_power(Scope::Namespaced, object) else { continue };
        let included = included(rule, object);
        let message = format!("{who} may {}{place}{included}", what(rule));
        out.flag(object.site(star, ""), message).severity(severity(rule));
    }
}

/// What the rule grants, in words that follow "may".
fn what(rule: Rule<'_>) -> String {
    if rule.is_everything() {
        return "do everything".to_owned();
    }
    let is_star = |list| rule.star(list).is_some();
    let verbs = if is_star("verbs") { "every verb".to_owned() } else { rule.listed("verbs") };
    let core_only = rule.words("apiGroups").all(|(group, _)| group.is_empty());
    let things = match (is_star("resources"), is_star("apiGroups")) {
        (true, true) => "every resource of every API group".to_owned(),
        (true, false) if core_only => "every resource of the core API group".to_owned(),
        (true, false) => format!("every resource of API group {}", rule.listed("apiGroups")),
        (false, true) => format!("{} of every API group", rule.listed("resources")),
        (false, false) => rule.listed("resources"),
    };
    let urls = rule.listed("nonResourceURLs");
    format!("use {verbs} on {}", if things.is_empty() { urls } else { things })
}

/// The worst a wildcard brings along, in words.
fn included(rule: Rule<'_>, object: &Object) -> String {
    let has = |power: &Power| power.scope.is_within(object) && rule.grants(power).is_some();
    let found = INCLUDED.iter().find(|(powers, _)| powers.iter().any(has));
    found.map_or(String::new(), |(_, words)| format!(", {words} included"))
}

/// A wildcard over what one team defined itself is that team's to answer for, and so is one over names.
fn severity(rule: Rule<'_>) -> Severity {
    let is_named = rule.words("resourceNames").next().is_some();
    let own_kinds = rule.words("apiGroups").all(|(group, _)| is_custom(group));
    if is_named || own_kinds { Severity::Medium } else { Severity::High }
}
