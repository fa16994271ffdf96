//! Does the built-in Pod Security admission warn in the same words: of workloads, and of pods that are there already?

use object::{Inventory, Object};
use policy::decide::{Labels, Lookup};
use serde_json::{Value, json};
use testkit::apiserver::Request;

use crate::cluster::{Cluster, shared, until};
use crate::native::{answer, decider, objects};
use crate::pod_security::BY_LABELS;

/// Labels that warn and refuse nothing.
const WARNED: &str = "warned";
/// Where nothing is said.
const SILENT: &str = "silent";
/// A namespace that asks for more later.
const RELABELLED: &str = "relabelled";

/// What is known: the labels of every namespace that is asked about, and some objects.
struct Known {
    labels: Labels,
    inventory: Inventory,
}

impl Lookup for Known {
    fn labels(&self, _: &str) -> Option<&Labels> {
        Some(&self.labels)
    }

    fn inventory(&self) -> &Inventory {
        &self.inventory
    }
}

fn labels(mode: &str) -> Value {
    json!({format!("pod-security.kubernetes.io/{mode}"): "restricted"})
}

/// Workloads of the corpus, each under a name of its own.
fn workloads() -> Option<Vec<Value>> {
    let folder = testkit::corpus("manifests")?;
    let mut found = Vec::new();
    for path in testkit::yaml_files(&folder) {
        let source = std::sync::Arc::new(finding::Source::file("corpus", testkit::text(&path)));
        let read = object::read(&source, object::Limits::default());
        found.extend(
            read.objects
                .iter()
                .filter(|object| makes_pods(object))
                .map(|object| policy::value::of(object.root())),
        );
    }
    for (at, workload) in found.iter_mut().enumerate() {
        workload["metadata"] = json!({"name": format!("sample-{at}")});
    }
    assert!(found.len() > 50, "only {} workloads", found.len());
    Some(found)
}

fn makes_pods(object: &Object) -> bool {
    let version = object.id().api_version.clone();
    match object.kind() {
        "Pod" => true,
        "Deployment" | "DaemonSet" | "StatefulSet" | "ReplicaSet" => version == "apps/v1",
        "Job" | "CronJob" => version == "batch/v1",
        _ => false,
    }
}

fn said(warnings: &[String]) -> Vec<&String> {
    warnings.iter().filter(|text| text.contains("PodSecurity")).collect()
}

fn create(cluster: &Cluster<'_>, namespace: &str, object: &Value) -> Request {
    let mut object = object.clone();
    object["metadata"]["namespace"] = namespace.into();
    Request::post(&format!("{}?dryRun=All", cluster.collection(&object)), &object)
}

#[test]
fn workloads_of_the_corpus_are_warned_of_in_the_same_words() {
    let (Some(server), Some(workloads)) = (shared(), workloads()) else { return };
    let cluster = Cluster::new(server);
    cluster.namespace(SILENT, &json!({}));
    cluster.namespace(WARNED, &labels("warn"));
    let requests = |namespace: &str| -> Vec<Request> {
        workloads.iter().map(|object| create(&cluster, namespace, object)).collect()
    };
    let (silent, warned) = (cluster.each(&requests(SILENT)), cluster.each(&requests(WARNED)));
    let decider = decider(BY_LABELS);
    let restricted = ("pod-security.kubernetes.io/warn".to_owned(), "restricted".to_owned());
    let known = Known { labels: Labels::from([restricted]), inventory: Inventory::new(Vec::new()) };
    let (mut wrong, mut spoken, mut invalid) = (Vec::new(), 0, 0);
    for ((workload, silent), warned) in workloads.iter().zip(&silent).zip(&warned) {
        if silent.status != 201 {
            invalid += 1;
            continue;
        }
        let mut seen = silent.json();
        seen["metadata"]["namespace"] = WARNED.into();
        let ours = answer(&decider, &known, &cluster.collection(&seen), &seen, None);
        let (ours, theirs) = (said(&ours.warnings), said(&warned.warnings));
        spoken += theirs.len();
        if ours != theirs {
            wrong.push(format!("{}\n  ours   {ours:?}\n  theirs {theirs:?}", workload["kind"]));
        }
    }
    eprintln!(
        "{} workloads, {spoken} warned of by both in the same words, {invalid} left out: not valid",
        workloads.len()
    );
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(spoken > 50, "only {spoken} were warned of");
}

#[test]
fn a_namespace_that_asks_for_more_hears_of_the_same_pods() {
    let (Some(server), Some(workloads)) = (shared(), workloads()) else { return };
    let cluster = Cluster::new(server);
    cluster.namespace(RELABELLED, &json!({}));
    let mut stored = Vec::new();
    for object in &workloads {
        let spec = object.pointer("/spec/template/spec").filter(|_| object["kind"] != "Job");
        let Some(spec) = spec else { continue };
        let metadata = json!({"name": object["metadata"]["name"], "namespace": RELABELLED});
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec});
        let answer = cluster.call(&Request::post(&cluster.collection(&pod), &pod));
        if answer.status == 201 {
            stored.push(answer.json());
        }
    }
    let path = format!("/api/v1/namespaces/{RELABELLED}");
    let before = cluster.must(&Request::get(&path));
    let mut after = before.clone();
    after["metadata"]["labels"] = labels("enforce");
    let list = json!({"apiVersion": "v1", "kind": "List", "items": stored}).to_string();
    let known = Known { labels: Labels::new(), inventory: Inventory::new(objects("pods.json", list)) };
    let ours = answer(&decider(BY_LABELS), &known, "/api/v1/namespaces", &after, Some(&before)).warnings;
    let request = Request::put(&format!("{path}?dryRun=All"), &after);
    // The server looks at what it has heard of so far.
    let theirs = until("the server knows all pods", || {
        let answer = cluster.call(&request);
        assert_eq!(answer.status, 200, "{}", answer.text());
        (answer.warnings.len() >= ours.len()).then_some(answer.warnings)
    });
    eprintln!("{} pods in a namespace that asks for more: {} warnings", stored.len(), theirs.len());
    assert!(stored.len() > 20 && theirs.len() > 3, "{theirs:?}");
    assert_eq!(ours, theirs);
}
