//! The suite's cases through the whole decision: what a policy changes is not changed again.

use policy::decide::Decider;
use policy::document::Reading;
use serde_json::{Value, json};

use crate::admit::{Cluster, Known, objects, request, rules, source};
use crate::oracle::json_text;

const POLICY: &str = "{apiVersion: cofferdam.dev/v1alpha1, kind: Policy, metadata: {name: p}, spec: ";

fn decider(policies: &[Value]) -> Option<Decider> {
    let names: Vec<&Value> = policies.iter().map(|policy| &policy["metadata"]["name"]).collect();
    let text = source(&format!("{POLICY}{}}}", json!({"podSecurityPolicies": names})));
    let mut reading = Reading::default();
    reading.add(
        &text,
        &object::read(&text, object::Limits::default()),
        &Known,
        "2026-11-22".parse().unwrap(),
    );
    let given: Vec<_> = policies.iter().flat_map(|policy| objects(&json_text(policy))).collect();
    let read = reading.finish(&given, object::Version::NEWEST);
    assert!(read.errors.is_empty() || policies.is_empty(), "{:?}", read.errors);
    read.errors.is_empty().then(|| Decider::new(read, object::Version::NEWEST, &rules::compile))
}

#[test]
fn a_case_is_decided_the_same_a_second_time() {
    let Some(folder) = testkit::conformance("psp") else { return };
    let (mut judged, mut changed, mut skipped) = (0, 0, Vec::new());
    for path in testkit::yaml_files(&folder) {
        let file = super::conformance::file(&path);
        let all_may = file["authorized"].is_null();
        let decider = decider(file["policies"].as_array().unwrap());
        let (Some(decider), true, true) = (decider, all_may, file["operation"] != "UPDATE") else {
            skipped.push(path.file_name().unwrap().to_string_lossy().into_owned());
            continue;
        };
        let asked = request(&json_text(&file["pod"]));
        let first = decider.decide(&asked, &Cluster::empty());
        assert_eq!(file["expect"]["allowed"], first.is_allowed(), "{}: {first:?}", path.display());
        judged += 1;
        let Some(next) = decider.changed(&asked, &Cluster::empty()).unwrap() else { continue };
        changed += 1;
        let again = decider.decide(&next, &Cluster::empty());
        assert!(again.is_allowed() && again.patch.is_empty(), "{}: {again:?}", path.display());
    }
    testkit::skip(&format!("updates, cases with rights or without policies: {skipped:?}"));
    assert!(judged > 60 && changed > 10, "{judged} judged, {changed} changed, left out {skipped:?}");
}
