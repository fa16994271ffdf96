//! Is what the API server writes into a pod held against the user who did not?

use std::collections::{BTreeMap, BTreeSet};

use check::compile_for_gate;
use object::{Inventory, Version};
use serde_json::{Value, json};

use crate::cluster::{Cluster, shared};
use crate::exported::{as_seen, corpus};
use crate::native::{objects, policies};

const EVERYTHING: &str = "\
apiVersion: cofferdam.dev/v1alpha1
kind: Policy
metadata: {name: everything}
spec: {checks: {'*': enforce}}
";

#[test]
fn defaults_of_the_server_are_held_against_nobody() {
    let (Some(server), Some(pods)) = (shared(), corpus()) else { return };
    let cluster = Cluster::new(server);
    let seen = as_seen(&cluster, &pods);
    let policies = policies(EVERYTHING);
    let rules = compile_for_gate(&policies.list[0], Version::NEWEST);
    let judge = |pod: &Value| -> BTreeSet<String> {
        let objects = objects("pod.json", pod.to_string());
        let findings = rules.judge(&objects[0], &Inventory::new(Vec::new()));
        findings.into_iter().map(|finding| finding.id.to_string()).collect()
    };
    let mut only_seen: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for pod in &seen {
        let written =
            pods.iter().find(|written| written["metadata"]["name"] == pod["metadata"]["name"]).unwrap();
        for id in judge(pod).difference(&judge(written)) {
            only_seen.entry(id.clone()).or_default().push(json!(pod["metadata"]["name"]));
        }
    }
    assert!(only_seen.is_empty(), "set off by the server in {} pods: {only_seen:#?}", seen.len());
}
