//! Every upstream fixture through the webhook: the words of the built-in plugin, which another test compares with ours.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testkit::apiserver::Request;

use super::{Guarded, create};
use crate::cluster::shared;
use crate::native::{Namespaces, creation, decider};
use crate::pod_security::{BY_LABELS, FREE, as_seen, fixtures};

#[test]
fn every_fixture_gets_the_same_words_from_the_webhook() {
    let (Some(server), Some(fixtures)) = (shared(), fixtures()) else { return };
    // The webhook learns of these labels from a file: the built-in plugin must not speak first.
    let mut known = Namespaces::default();
    let mut namespaces: BTreeMap<String, Value> = BTreeMap::new();
    for fixture in &fixtures {
        let name = format!("w-{}", fixture.namespace());
        let labels = fixture.labels();
        known.add(&name, &labels);
        let metadata = json!({"name": name, "labels": labels});
        namespaces
            .entry(name)
            .or_insert_with(|| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}));
    }
    known.add("fixtures", &json!({"pod-security.kubernetes.io/enforce": "baseline"}));
    let mut objects: Vec<Value> = namespaces.values().cloned().collect();
    objects.push(json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": "fixtures", "labels": {"pod-security.kubernetes.io/enforce": "baseline"}},
    }));
    let guarded = Guarded::start(server, "fixtures", BY_LABELS, &objects);
    for name in namespaces.keys() {
        guarded.cluster.namespace(name, &json!({"webhook": "fixtures"}));
    }
    guarded.register("Validating", "Fail");
    let place = |fixture: &crate::pod_security::Fixture| format!("w-{}", fixture.namespace());
    let requests: Vec<Request> =
        fixtures.iter().map(|fixture| create(&place(fixture), &fixture.pod)).collect();
    guarded.cluster.namespace(FREE, &json!({}));
    let seen = as_seen(&guarded.cluster, &fixtures);
    let decider = decider(BY_LABELS);
    let (mut wrong, mut denied) = (Vec::new(), 0);
    for ((fixture, seen), answer) in fixtures.iter().zip(&seen).zip(guarded.cluster.each(&requests)) {
        let ours = creation(&decider, &known, &place(fixture), seen).denied;
        let ours = ours.map(|status| (403, format!("{}{}", guarded.prefix(), status.message)));
        let theirs = match answer.status {
            201 => None,
            status => Some((status, answer.message())),
        };
        denied += usize::from(theirs.is_some());
        if ours != theirs {
            wrong.push(format!("{}\n  admit  {ours:?}\n  serve  {theirs:?}", fixture.file));
        }
    }
    eprintln!("{} fixtures through the webhook, {denied} denied in the words of admit", fixtures.len());
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(denied > 2000, "only {denied} were denied");
}
