//! Upstream's own fixtures: verdict and text, letter by letter, for every version they cover.

use std::sync::Arc;

use finding::Source;
use object::{Limits, Version};
use policy::pod_security::{aggregate, evaluate};

/// `restricted/v1.29/fail/x.yaml` is judged as `restricted@1.29`.
fn judge(folder: &std::path::Path, file: &str) -> String {
    let mut parts = file.split('/');
    let policy = format!("{}@{}", parts.next().unwrap(), parts.next().unwrap()).parse().unwrap();
    let source = Arc::new(Source::file(file, testkit::text(&folder.join(file))));
    let read = object::read(&source, Limits::default());
    assert!(read.problems.is_empty(), "{file}: {:?}", read.problems);
    let pods: Vec<_> = read.objects.iter().flat_map(|object| object.pods(Version::NEWEST)).collect();
    assert_eq!(pods.len(), 1, "{file}");
    aggregate(&evaluate(&pods[0], policy))
}

#[test]
fn every_upstream_fixture_gets_upstreams_verdict_in_upstreams_words() {
    let Some(folder) = testkit::conformance("pss") else { return };
    let expected = testkit::text(&folder.join("expected.jsonl"));
    let (mut judged, mut wrong) = (0, Vec::new());
    for line in expected.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let file = case["file"].as_str().unwrap();
        let said = judge(&folder, file);
        judged += 1;
        if said != case["message"].as_str().unwrap() || said.is_empty() != case["allowed"].as_bool().unwrap()
        {
            wrong.push(format!("{file}\n  expected {}\n  said     {said}", case["message"]));
        }
    }
    assert!(judged > 3000, "only {judged} cases in expected.jsonl");
    assert!(wrong.is_empty(), "{} of {judged} differ:\n{}", wrong.len(), wrong.join("\n"));
}
