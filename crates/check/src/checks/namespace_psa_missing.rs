//! `namespace-psa-missing`: a namespace in which Pod Security admission refuses nothing.
use policy::pod_security::{Level, Policy, PolicyVersion, evaluate};

use crate::pod_security_labels::{ENFORCE, ENFORCE_VERSION, PREFIX, is_judged, is_own, label, set_label};
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "namespace-psa-missing",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("namespace_psa_missing.md"),
    run: Run::ObjectAmong(namespace_psa_missing),
};

fn namespace_psa_missing(object: &Object, inventory: &Inventory, out: &mut Findings<'_>) {
    let is_meant = is_judged(object, out.version()) && !is_own(object);
    if !is_meant || label(object, ENFORCE).is_some() {
        return;
    }
    let version = out.version();
    let asks = |mode| label(object, &format!("{PREFIX}{mode}")).is_some();
    let but = if asks("warn") || asks("audit") { ", at most there is a warning or a record" } else { "" };
    let message = format!("namespace `{}` has no label `{ENFORCE}`: no pod is refused{but}", object.name());
    let flag = out.flag(object.site(object.root(), "metadata.labels"), message);
    // Baseline refuses the known ways out of a container and lets ordinary programs be. Restricted refuses
    // nearly every pod that was not written for it: that is for the owner to choose.
    let baseline = Policy { level: Level::Baseline, version: PolicyVersion::At(version) };
    if meet(object.name(), inventory, baseline) {
        let pin = set_label(object, ENFORCE_VERSION, &format!("v{version}"));
        flag.fix(Safety::Risky, [set_label(object, ENFORCE, baseline.level.word()), pin]);
    }
}

/// Whether every pod of the input in this namespace would be let in.
fn meet(namespace: &str, inventory: &Inventory, policy: Policy) -> bool {
    let own = inventory.objects().iter().filter(|object| object.namespace() == namespace);
    own.flat_map(|object| object.pods(policy.version.effective()))
        .all(|pod| evaluate(&pod, policy).is_empty())
}
