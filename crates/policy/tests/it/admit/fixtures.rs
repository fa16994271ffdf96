//! Every fixture of Pod Security admission through the whole decision.

use super::{Cluster, decide, message};

#[test]
fn every_upstream_fixture_is_decided_as_upstream_decides_it() {
    let Some(folder) = testkit::conformance("pss") else { return };
    let (mut judged, mut wrong) = (0, Vec::new());
    for line in testkit::text(&folder.join("expected.jsonl")).lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let file = case["file"].as_str().unwrap();
        let mut parts = file.split('/');
        let (level, version) = (parts.next().unwrap(), parts.next().unwrap());
        let text = testkit::text(&folder.join(file));
        let spec = format!("{{podSecurity: {{level: {level}, version: {version}}}}}");
        let fixed = decide(&spec, &text, &Cluster::empty());
        let labels = [
            ("pod-security.kubernetes.io/enforce", level),
            ("pod-security.kubernetes.io/enforce-version", version),
        ];
        let labelled = decide("{podSecurity: {namespaceLabels: true}}", &text, &Cluster::labelled(&labels));
        let name = text.lines().find_map(|line| line.strip_prefix("  name: ")).unwrap();
        let expected = match case["message"].as_str().unwrap() {
            "" => String::new(),
            why => format!("pods \"{name}\" is forbidden: violates PodSecurity \"{level}:{version}\": {why}"),
        };
        judged += 1;
        for response in [fixed, labelled] {
            if message(&response) != expected || response.is_allowed() != case["allowed"].as_bool().unwrap() {
                wrong.push(format!("{file}\n  expected {expected}\n  said     {}", message(&response)));
            }
        }
    }
    assert!(judged > 3900, "only {judged} cases in expected.jsonl");
    assert!(wrong.is_empty(), "{} of {judged} differ:\n{}", wrong.len(), wrong.join("\n"));
}
