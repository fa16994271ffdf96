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

/// Rules that take the server's doing for the user's, each with what the server does. A rule that learns better
/// leaves this list.
const KNOWN: [(&str, &str); 2] = [
    ("deprecated-service-account-field", "the server copies `serviceAccountName` to `serviceAccount`"),
    ("secret-volume-mode-wide", "the server writes its default mode into volumes of Secrets"),
];

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
    for (id, found) in &only_seen {
        let why = KNOWN.iter().find(|(known, _)| known == id).map_or("not known why", |(_, why)| *why);
        eprintln!("{id}: set off by the server in {} of {} pods: {why}", found.len(), seen.len());
    }
    let known: BTreeSet<&str> = KNOWN.iter().map(|(id, _)| *id).collect();
    assert_eq!(only_seen.keys().map(String::as_str).collect::<BTreeSet<_>>(), known);
}
