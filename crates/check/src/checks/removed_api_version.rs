//! `removed-api-version`: an object that the API server no longer takes.
use crate::prelude::*;
use crate::served::{Alike, gone};

pub(crate) const CHECK: Check = Check {
    id: "removed-api-version",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("removed_api_version.md"),
    run: Run::Object(removed_api_version),
};

fn removed_api_version(object: &Object, out: &mut Findings<'_>) {
    let (old, kind) = (&object.id().api_version, object.kind());
    let Some(gone) = gone(old, kind, out.version()) else { return };
    let now = match gone.instead {
        Some(new) => format!("write `{new}`"),
        None if kind == "PodSecurityPolicy" => "Pod Security admission guards instead".to_owned(),
        None if kind == "InitializerConfiguration" => "a webhook does its work".to_owned(),
        None => "nothing takes its place".to_owned(),
    };
    let message = format!("{kind} of `{old}` is not served since {}: {now}", gone.since);
    let flag = out.flag(object.site(object.root(), "apiVersion"), message);
    let is_rename = match gone.alike {
        Alike::Fully => true,
        // Required in the new version, or read as everything instead of nothing (PodDisruptionBudget).
        Alike::WithSelector => selects_something(object),
        Alike::No => false,
    };
    // An item of a typed list may have its version from the list.
    let written = object.at("apiVersion");
    if let Some((new, written)) = gone.instead.zip(written).filter(|_| is_rename) {
        flag.fix(Safety::Safe, [set(written, "", new)]);
    }
}

fn selects_something(object: &Object) -> bool {
    let has =
        |term: &str| object.at(term).is_some_and(|term| term.entries().count() + term.items().len() > 0);
    has("spec.selector.matchLabels") || has("spec.selector.matchExpressions")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use finding::Source;
    use object::{Limits, Version, read};

    use super::*;
    use crate::{Judge, fix};

    #[test]
    fn a_new_version_is_written_though_the_object_has_other_findings() {
        let text = "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: a}\n\
                    spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: a}]}}}}}\n";
        let judge = |source: &Arc<Source>| {
            let inventory = Inventory::new(read(source, Limits::default()).objects);
            let judge = Judge::new(Version::NEWEST, |_| true);
            inventory.objects().iter().flat_map(|object| judge.object(object, &inventory)).collect()
        };
        let source = Arc::new(Source::file("a.yaml", text.to_owned()));
        let mended = fix::mend(&source, Safety::Safe, &judge);
        assert!(mended.source.text().starts_with("apiVersion: batch/v1\n"), "{:?}", mended.refused);
    }
}
