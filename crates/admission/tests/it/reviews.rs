//! What is answered to a review.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use admission::{Gate, Limits};
use serde_json::json;

use crate::support::{allowed, harmless, policy, post, review, start, start_as, with_host_port};

const SPEC: &str = "{checks: {host-port: enforce}, defaults: {seccompProfile: RuntimeDefault}}";

#[tokio::test(flavor = "multi_thread")]
async fn one_path_changes_and_the_other_judges() {
    let server = start(policy(SPEC), Limits::default()).await;
    let mut client = server.client().await;
    let changed = client.ask("/mutate?timeout=10s", review("a", with_host_port())).await;
    assert!(allowed(&changed) && changed.1["response"]["patchType"] == "JSONPatch", "{changed:?}");
    let judged = client.ask("/validate?timeout=10s", review("b", with_host_port())).await;
    assert!(!allowed(&judged) && judged.1["response"]["patch"].is_null(), "{judged:?}");
    assert_eq!(judged.1["response"]["uid"], "b");
    assert!(allowed(&client.ask("/validate", review("c", harmless())).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_of_http_are_spoken() {
    let server = start(policy(SPEC), Limits::default()).await;
    assert!(!allowed(&server.ask_http1(post("/validate", review("a", with_host_port()))).await));
    let mut client = server.client().await;
    assert!(!allowed(&client.ask("/validate", review("a", with_host_port())).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_is_counted_and_logged_without_what_the_pod_holds() {
    let server = start(policy(SPEC), Limits::default()).await;
    let mut client = server.client().await;
    let spec = json!({"containers": [{"name": "a", "image": "i", "env": [{"name": "PASSWORD", "value": "hunter2"}],
        "ports": [{"containerPort": 80, "hostPort": 80}]}]});
    assert!(!allowed(&client.ask("/validate", review("the-uid", spec)).await));
    let name = "cofferdam_rule_violations_total{policy=\"p\",rule=\"host-port\",mode=\"enforce\"}";
    assert_eq!(server.figure(name), 1);
    assert_eq!(server.figure("cofferdam_decisions_total{endpoint=\"validate\",outcome=\"denied\"}"), 1);
    assert_eq!(server.figure("cofferdam_requests_total{endpoint=\"validate\",code=\"200\"}"), 1);
    let log = server.log.text();
    let line = log.lines().find(|line| line.contains("the-uid")).expect("a line for the denial");
    for part in ["\"user\":\"alice\"", "\"object\":\"Pod/web\"", "\"namespace\":\"shop\"", "p/host-port"] {
        assert!(line.contains(part), "{line}");
    }
    assert!(!log.contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_and_scrapers_have_a_door_of_their_own() {
    let server = start(policy(SPEC), Limits::default()).await;
    assert_eq!(server.figures("/healthz").await, (200, "ok\n".to_owned()));
    server.gate.health().trouble("policies", Some("older ones hold".to_owned()));
    assert_eq!(server.figures("/readyz").await, (200, "ok\npolicies: older ones hold\n".to_owned()));
    let (code, text) = server.figures("/metrics").await;
    assert_eq!(code, 200);
    for line in text.lines() {
        let fits = line.starts_with("# ")
            || line.rsplit_once(' ').is_some_and(|(_, value)| value.parse::<f64>().is_ok());
        assert!(fits, "{line}");
    }
    assert!(text.contains("\nprocess_resident_memory_bytes "));
    assert_eq!(server.figures("/validate").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_to_know_is_told_of_denials() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let finish = |gate: Gate| {
        gate.telling(Arc::new(move |request, response| {
            tell.lock().unwrap().push((request.uid.clone(), response.is_allowed()));
        }))
    };
    let server = start_as(policy(SPEC), Limits::default(), finish, Duration::from_hours(1)).await;
    let mut client = server.client().await;
    client.ask("/validate", review("a", harmless())).await;
    client.ask("/validate", review("b", with_host_port())).await;
    assert_eq!(*told.lock().unwrap(), [("b".to_owned(), false)]);
}
