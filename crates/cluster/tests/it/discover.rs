//! Both ways of asking which kinds there are.

use cluster::Resources;

use crate::fake::{Fake, Reply, ok};

fn listed(resources: &Resources) -> Vec<String> {
    resources.list.iter().map(|each| format!("{} {} {}", each.path(), each.kind, each.namespaced)).collect()
}

const CORE: &str = r#"{"kind":"APIGroupDiscoveryList","items":[{"metadata":{},"versions":[{"version":"v1","resources":[
    {"resource":"pods","responseKind":{"kind":"Pod"},"scope":"Namespaced","verbs":["get","list"]},
    {"resource":"bindings","responseKind":{"kind":"Binding"},"scope":"Namespaced","verbs":["create"]}]}]}]}"#;

const OTHERS: &str = r#"{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"policy"},"versions":[
    {"version":"v1","freshness":"Current","resources":[
        {"resource":"poddisruptionbudgets","responseKind":{"kind":"PodDisruptionBudget"},"scope":"Namespaced","verbs":["list"]}]},
    {"version":"v1beta1","resources":[
        {"resource":"poddisruptionbudgets","responseKind":{"kind":"PodDisruptionBudget"},"scope":"Namespaced","verbs":["list"]},
        {"resource":"podsecuritypolicies","responseKind":{"kind":"PodSecurityPolicy"},"scope":"Cluster","verbs":["list"]}]}]},
    {"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale","resources":[]}]}]}"#;

#[tokio::test]
async fn a_new_server_answers_for_all_groups_at_once() {
    let fake = Fake::default().on("GET /apis ", [ok(OTHERS)]).on("GET /api ", [ok(CORE)]);
    let found = fake.start().await.resources().await.unwrap();
    let kinds = [
        "/api/v1/pods Pod true",
        "/apis/policy/v1/poddisruptionbudgets PodDisruptionBudget true",
        "/apis/policy/v1beta1/podsecuritypolicies PodSecurityPolicy false",
    ];
    assert_eq!(listed(&found), kinds);
    assert_eq!(found.missing[0].0, "metrics.k8s.io");
    assert_eq!(fake.asked().len(), 2);
}

#[tokio::test]
async fn an_old_server_is_asked_group_by_group_and_one_that_is_down_is_named() {
    let groups = r#"{"kind":"APIGroupList","groups":[{"name":"apps","preferredVersion":{"version":"v1"}},
        {"name":"metrics.k8s.io","preferredVersion":{"version":"v1beta1"}}]}"#;
    let apps = r#"{"kind":"APIResourceList","resources":[
        {"name":"deployments","namespaced":true,"kind":"Deployment","verbs":["list"]},
        {"name":"deployments/status","namespaced":true,"kind":"Deployment","verbs":["list"]}]}"#;
    let core = r#"{"kind":"APIResourceList","resources":[{"name":"nodes","kind":"Node","verbs":["list"]}]}"#;
    let fake = Fake::default()
        .on("GET /apis/apps/v1 ", [ok(apps)])
        .on("GET /apis/metrics.k8s.io/", [Reply::Full(503, "", "service unavailable".into())])
        .on("GET /apis ", [ok(groups)])
        .on("GET /api/v1 ", [ok(core)])
        .on("GET /api ", [ok(r#"{"kind":"APIVersions","versions":["v1"]}"#)]);
    let found = fake.start().await.resources().await.unwrap();
    assert_eq!(listed(&found), ["/api/v1/nodes Node false", "/apis/apps/v1/deployments Deployment true"]);
    assert_eq!(found.missing.len(), 1);
}

#[tokio::test]
async fn a_release_is_read_from_what_vendors_make_of_it() {
    let version = |minor| ok(format!(r#"{{"major":"1","minor":"{minor}"}}"#));
    let release =
        async |minor| Fake::default().on("/version", [version(minor)]).start().await.release().await;
    assert_eq!(release("33").await.unwrap(), (1, 33));
    assert_eq!(release("29+").await.unwrap(), (1, 29));
    assert!(release("").await.is_err());
}
