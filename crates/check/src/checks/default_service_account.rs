//! `default-service-account`: a workload that shares its identity with the whole namespace.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "default-service-account",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("default_service_account.md"),
    run: Run::PodAmong(default_service_account),
};
use crate::list::checks::sa_token_automount::{account, mounts_token};

fn default_service_account(pod: &Pod<'_>, inventory: &Inventory, out: &mut Findings<'_>) {
    if account(pod) != "default" || !mounts_token(pod, inventory) {
        return;
    }
    let message = format!(
        "the pod runs as service account `default`, which all of namespace `{}` shares",
        pod.object().namespace()
    );
    let written = ["serviceAccountName", "serviceAccount"].into_iter().find(|field| pod.at(field).is_some());
    out.flag(pod.site(written.unwrap_or("serviceAccountName")), message);
}
