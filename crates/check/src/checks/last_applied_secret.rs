//! `last-applied-secret`: an annotation that repeats the data of a Secret.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "last-applied-secret",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("last_applied_secret.md"),
    run: Run::Object(last_applied_secret),
};

const ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";

fn last_applied_secret(object: &Object, out: &mut Findings<'_>) {
    if object.kind() != "Secret" || !object.group().is_empty() {
        return;
    }
    let annotation = object.at("metadata.annotations").and_then(|annotations| annotations.get(ANNOTATION));
    let Some((value, text)) = annotation.and_then(|value| Some((value, value.str()?))) else { return };
    if text.contains("\"data\"") || text.contains("\"stringData\"") {
        out.flag(object.site(value, ""), format!("annotation `{ANNOTATION}` repeats the data of the Secret"))
            .hide(value)
            .fix(Safety::Safe, [remove(value, "")]);
    }
}
