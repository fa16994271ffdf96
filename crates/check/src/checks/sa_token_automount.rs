//! `sa-token-automount`: a pod that carries a key to the API server without using it.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "sa-token-automount",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("sa_token_automount.md"),
    run: Run::PodAmong(sa_token_automount),
};

fn sa_token_automount(pod: &Pod<'_>, inventory: &Inventory, out: &mut Findings<'_>) {
    let (namespace, name) = (pod.object().namespace(), account(pod));
    // Where a binding in the same input names the account, the token is there to be used.
    if !mounts_token(pod, inventory) || inventory.grants_to(namespace, name) {
        return;
    }
    out.flag(
        pod.site("automountServiceAccountToken"),
        format!("the pod mounts the token of service account `{name}`, which nothing here grants any right"),
    )
    .fix(Safety::Risky, [set(pod.spec(), "automountServiceAccountToken", false)]);
}

/// Whether the pod gets the token of its service account, as far as the input shows.
pub(super) fn mounts_token(pod: &Pod<'_>, inventory: &Inventory) -> bool {
    let (namespace, name) = (pod.object().namespace(), account(pod));
    let own = pod.at("automountServiceAccountToken").and_then(Node::bool);
    let of_account = || {
        let account =
            inventory.of_kind("", "ServiceAccount").find(|a| a.name() == name && a.namespace() == namespace);
        account.and_then(|account| account.at("automountServiceAccountToken")).and_then(Node::bool)
    };
    own.or_else(of_account) != Some(false)
}

/// The service account the pod runs as.
pub(super) fn account<'a>(pod: &Pod<'a>) -> &'a str {
    let named = pod.at("serviceAccountName").or_else(|| pod.at("serviceAccount")).and_then(Node::str);
    named.filter(|name| !name.is_empty()).unwrap_or("default")
}
