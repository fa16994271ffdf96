//! `deprecated-service-account-field`: the old name of `serviceAccountName`.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "deprecated-service-account-field",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
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
        // Anything else than a string there was meant to be one: `wrong-type` says so.
        let is_blank = pod.at("serviceAccountName").is_none_or(|name| name.str().is_some());
        let set_instead = [set(pod.spec(), "serviceAccountName", text("serviceAccount")), remove(old, "")];
        if is_free {
            flag.fix(Safety::Safe, [rename(pod.spec(), "serviceAccount", "serviceAccountName")]);
        } else if is_blank && old.str().is_some() {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use finding::Source;
    use object::{Limits, Version, read};

    use super::*;
    use crate::Judge;

    #[test]
    fn a_name_that_is_no_string_is_not_written_over() {
        let is_fixable = |name: &str| {
            let text = format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, \
                 spec: {{serviceAccount: web, serviceAccountName: {name}, containers: []}}}}"
            );
            let source = Arc::new(Source::file("a.yaml", text));
            let inventory = Inventory::new(read(&source, Limits::default()).objects);
            let judge = Judge::new(Version::NEWEST, |check| check.id == CHECK.id);
            let findings = inventory.objects().iter().flat_map(|object| judge.object(object, &inventory));
            findings.map(|finding| finding.fix.is_some()).collect::<Vec<_>>()
        };
        assert_eq!(is_fixable("\"\""), [true]);
        assert_eq!(is_fixable("null"), [true]);
        // YAML 1.1 reads a boolean.
        assert_eq!(is_fixable("y"), [false]);
    }
}
