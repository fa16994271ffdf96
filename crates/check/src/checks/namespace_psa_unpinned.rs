//! `namespace-psa-unpinned`: pods held to whatever the next release demands.
use policy::pod_security::Level;

use crate::pod_security_labels::{ENFORCE, ENFORCE_VERSION, is_judged, label, set_label};
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "namespace-psa-unpinned",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Info,
    also: &[],
    profile: None,
    page: include_str!("namespace_psa_unpinned.md"),
    run: Run::Object(namespace_psa_unpinned),
};

/// Only `enforce` breaks anything when it moves; that `warn` and `audit` run ahead is what they are for.
fn namespace_psa_unpinned(object: &Object, out: &mut Findings<'_>) {
    let level = label(object, ENFORCE).filter(|_| is_judged(object, out.version()));
    let parsed = level.and_then(Node::str).and_then(|level| level.parse::<Level>().ok());
    let (Some(level), Some(Level::Baseline | Level::Restricted)) = (level, parsed) else { return };
    let version = label(object, ENFORCE_VERSION);
    if version.is_some_and(|version| version.str() != Some("latest")) {
        return;
    }
    let word = level.str().unwrap_or_default();
    let message = format!("pods are held to `{word}` of whatever release the cluster runs next");
    let pin = format!("v{}", out.version());
    out.flag(object.site(version.unwrap_or(level), ""), message)
        .fix(Safety::Safe, [set_label(object, ENFORCE_VERSION, &pin)]);
}
