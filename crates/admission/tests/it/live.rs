//! What is asked of the cluster while somebody waits.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use admission::{Limits, Live, Pending, State, Unknown};
use finding::Source;
use object::Object;
use serde_json::{Value, json};

use crate::support::{Running, allowed, documents, review, review_of, start_as, with_host_port};

const POLICY: &str = "{apiVersion: cofferdam.dev/v1alpha1, kind: Policy, metadata: {name: p}, spec: {podSecurity: {namespaceLabels: true}}}";

fn state() -> State {
    documents(POLICY, &check::compile_for_gate, Vec::new())
}

fn objects(values: &[Value]) -> Vec<Object> {
    let texts: Vec<String> = values.iter().map(Value::to_string).collect();
    let source = Arc::new(Source::file("live", texts.join("\n---\n")));
    object::read(&source, object::Limits::default()).objects
}

/// A cluster that answers like this, or never.
struct Cluster {
    namespaces: Option<Vec<Value>>,
    pods: Option<Vec<Value>>,
    asked: Mutex<Vec<String>>,
}

impl Live for Cluster {
    fn namespace<'a>(&'a self, name: &'a str) -> Pending<'a, Option<Object>> {
        self.asked.lock().unwrap().push(format!("namespace {name}"));
        Box::pin(async move {
            match &self.namespaces {
                Some(known) => Ok(objects(known).into_iter().find(|object| object.name() == name)),
                None => std::future::pending().await,
            }
        })
    }

    fn pods<'a>(&'a self, namespace: &'a str, limit: usize, _: Instant) -> Pending<'a, Vec<Object>> {
        self.asked.lock().unwrap().push(format!("{limit} pods of {namespace}"));
        Box::pin(async move {
            self.pods.as_ref().map(|pods| objects(pods)).ok_or_else(|| Unknown("refused".to_owned()))
        })
    }
}

async fn server(namespaces: Option<Vec<Value>>, pods: Option<Vec<Value>>) -> (Running, Arc<Cluster>) {
    let cluster = Arc::new(Cluster { namespaces, pods, asked: Mutex::default() });
    let live = Arc::clone(&cluster);
    let server =
        start_as(state(), Limits::default(), |gate| gate.with_live(live), Duration::from_hours(1)).await;
    (server, cluster)
}

fn namespace(level: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"pod-security.kubernetes.io/enforce": level}}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_that_no_cache_has_is_asked_for() {
    let (server, cluster) = server(Some(vec![namespace("baseline")]), None).await;
    let answer = server.client().await.ask("/validate", review("a", with_host_port())).await;
    assert!(!allowed(&answer));
    assert_eq!(*cluster.asked.lock().unwrap(), ["namespace shop"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_does_not_answer_refuses_in_time_and_lets_nothing_in() {
    let (server, _) = server(None, None).await;
    let answer = server.client().await.ask("/validate?timeout=400ms", review("a", with_host_port())).await;
    assert!(!allowed(&answer));
    assert_eq!(answer.1["response"]["status"]["code"], 500, "{answer:?}");
}

fn relabelled() -> String {
    review_of(
        "a",
        "UPDATE",
        ("Namespace", "namespaces"),
        json!({
        "name": "shop", "object": namespace("restricted"), "oldObject": namespace("privileged")}),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pods_of_a_namespace_that_asks_for_more_are_looked_at() {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "old", "namespace": "shop"}, "spec": with_host_port()});
    let (server, cluster) = server(Some(Vec::new()), Some(vec![pod])).await;
    let answer = server.client().await.ask("/validate", relabelled()).await;
    assert!(allowed(&answer));
    let warnings = answer.1["response"]["warnings"].to_string();
    assert!(warnings.contains("existing pods in namespace") && warnings.contains("old: "), "{warnings}");
    assert!(cluster.asked.lock().unwrap().contains(&"3000 pods of shop".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn pods_that_cannot_be_listed_are_said_to_be() {
    let (server, _) = server(Some(Vec::new()), None).await;
    let answer = server.client().await.ask("/validate", relabelled()).await;
    let expected = "failed to list pods while checking new PodSecurity enforce level";
    assert_eq!(answer.1["response"]["warnings"], json!([expected]));
}

const GUARDED: &str = "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: guarded}
spec:
  matchConstraints:
    namespaceSelector: {matchLabels: {pod-security.kubernetes.io/enforce: baseline}}
    resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  validations: [{expression: object.metadata.name == 'other'}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: guarded}
spec: {policyName: guarded, validationActions: [Deny]}
";

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_namespace_counts_for_kubernetes_own_policies_too() {
    for (level, expected) in [("baseline", false), ("privileged", true)] {
        let live = Cluster { namespaces: Some(vec![namespace(level)]), pods: None, asked: Mutex::default() };
        let state = documents(GUARDED, &check::compile_for_gate, Vec::new());
        let finish = |gate: admission::Gate| gate.with_live(Arc::new(live));
        let server = start_as(state, Limits::default(), finish, Duration::from_hours(1)).await;
        let answer = server.client().await.ask("/validate", review("a", with_host_port())).await;
        assert_eq!(allowed(&answer), expected, "{level}: {answer:?}");
        assert!(server.figure("cofferdam_expression_cost_total") > 0 || level == "privileged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_namespace_is_made_up_for_kubernetes_own_policies() {
    let live = Cluster { namespaces: Some(Vec::new()), pods: None, asked: Mutex::default() };
    let state = documents(GUARDED, &check::compile_for_gate, Vec::new());
    let finish = |gate: admission::Gate| gate.with_live(Arc::new(live));
    let server = start_as(state, Limits::default(), finish, Duration::from_hours(1)).await;
    let answer = server.client().await.ask("/validate", review("a", with_host_port())).await;
    assert!(!allowed(&answer));
    assert_eq!(answer.1["response"]["status"]["code"], 500, "{answer:?}");
}

/// A cluster that never answers, and how many wait for it.
#[derive(Default)]
struct Silent(std::sync::atomic::AtomicUsize);

impl Live for Silent {
    fn namespace<'a>(&'a self, _: &'a str) -> Pending<'a, Option<Object>> {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Box::pin(std::future::pending())
    }

    fn pods<'a>(&'a self, _: &'a str, _: usize, _: Instant) -> Pending<'a, Vec<Object>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_keeps_its_room_until_it_is_decided() {
    let silent = Arc::new(Silent::default());
    let live = Arc::clone(&silent);
    let limits = Limits { inline: 0, at_work: 64 << 10, ..Limits::default() };
    let server = start_as(state(), limits, |gate| gate.with_live(live), Duration::from_hours(1)).await;
    let client = server.client().await;
    let asked = (0..6).map(|_| {
        let mut client = client.clone();
        tokio::spawn(async move { client.ask("/validate?timeout=2s", review("a", with_host_port())).await })
    });
    let asked: Vec<_> = asked.collect();
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(
        silent.0.load(std::sync::atomic::Ordering::SeqCst),
        1,
        "one is in memory, the others are bytes"
    );
    for answer in asked {
        let (code, answer) = answer.await.unwrap();
        assert!(code == 500 || answer["response"]["allowed"] == false, "{code} {answer}");
    }
}
