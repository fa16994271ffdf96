//! `deprecated-service-account-field`: the old name of `serviceAccountName`.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "deprecated-service-account-field",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    profile: None,
    page: include_str!("deprecated_service_account_field.md"),
    run: Run::Pod(deprecated_service_account_field),
};

fn deprecated_service_account_field(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let text = |field| pod.at(field).and_then(Node::str).unwrap_or_default();
    let (Some(old), name) = (pod.at("serviceAccount"), text("serviceAccountName")) else { return };
    let site = pod.site("serviceAccount");
    if name.is_empty() {
        let flag = out.flag(site, "`serviceAccount` is deprecated: its name is `serviceAccountName`");
        let is_free = pod.spec().entry("serviceAccountName").is_none();
        let set_instead = [set(pod.spec(), "serviceAccountName", text("serviceAccount")), remove(old, "")];
        if is_free {
            flag.fix(Safety::Safe, [rename(pod.spec(), "serviceAccount", "serviceAccountName")]);
        } else if old.str().is_some() {
            flag.fix(Safety::Safe, set_instead);
        }
    } else {
        let same = text("serviceAccount") == name;
        let message = if same {
            "`serviceAccount` is deprecated: `serviceAccountName` says the same".to_owned()
        } else {
            format!("`serviceAccount` is ignored: `serviceAccountName` says `{name}`")
        };
        out.flag(site, message).fix(Safety::Safe, [remove(old, "")]);
    }
}
