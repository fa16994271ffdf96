//! Do exported policies refuse the same pods in the API server as the checks they were made from?

mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::{Command, Stdio};

use check::Known;
use object::Object;
use policy::document::Catalogue as _;
use serde_json::{Value, json};
use testkit::apiserver::Request;

use crate::cluster::{Cluster, own, until};
use crate::native::{Namespaces, creation, decider, objects};
use crate::pod_security::fixtures;

/// Every so many pods of the corpus is asked about.
const EVERY: usize = 2;
/// Where no policy looks.
const FREE: &str = "free";

/// What `cofferdam policy export` writes for some policies.
pub(crate) fn exported(policies: &str) -> Vec<Value> {
    let mut export = Command::new(env!("CARGO_BIN_EXE_cofferdam"));
    export.args(["policy", "export", "--to", "vap", "--policy", "/dev/stdin"]);
    export.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = export.spawn().unwrap();
    let (mut stdin, text) = (child.stdin.take().unwrap(), policies.to_owned());
    let feed = std::thread::spawn(move || stdin.write_all(text.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    feed.join().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let written = objects("exported.yaml", String::from_utf8(output.stdout).unwrap());
    written.iter().map(|object| policy::value::of(object.root())).collect()
}

/// A policy for the namespaces of its own label, and the namespace.
struct Place {
    name: String,
    spec: String,
    native: Value,
}

impl Place {
    fn policy(&self) -> String {
        let Self { name, spec, .. } = self;
        format!(
            "apiVersion: cofferdam.dev/v1alpha1\nkind: Policy\nmetadata: {{name: {name}}}\n\
             spec: {{match: {{namespaceSelector: {{matchLabels: {{e2e: {name}}}}}}}, {spec}}}\n"
        )
    }

    fn write(&self, cluster: &Cluster<'_>, known: &mut Namespaces) {
        cluster.namespace(&self.name, &json!({"e2e": self.name}));
        known.add(&self.name, &self.native);
    }
}

fn pods_of(namespace: &str) -> String {
    format!("/api/v1/namespaces/{namespace}/pods?dryRun=All")
}

#[test]
fn exported_policies_refuse_the_same_pods() {
    let Some(server) = own("exported") else { return };
    let cluster = Cluster::new(&server);
    fixtures_are_refused(&cluster);
    if let Some(pods) = corpus() {
        let seen = as_seen(&cluster, &pods);
        whole::is_alike(&cluster, &seen);
        corpus_is_refused(&cluster, &seen);
    }
}

/// Each level and version as a policy of its own, for a namespace of its own.
fn fixtures_are_refused(cluster: &Cluster<'_>) {
    let Some(fixtures) = fixtures() else { return };
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    for fixture in &fixtures {
        let name = format!("x-{}", fixture.namespace());
        places.entry(name.clone()).or_insert_with(|| Place {
            name,
            spec: format!("podSecurity: {{level: {}, version: {}}}", fixture.level, fixture.version),
            native: fixture.labels(),
        });
    }
    let mut known = Namespaces::default();
    for place in places.values() {
        place.write(cluster, &mut known);
    }
    let policies: Vec<String> = places.values().map(Place::policy).collect();
    let written = exported(&policies.join("---\n"));
    accept(cluster, &written);
    let privileged = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "probe"},
        "spec": {"hostPID": true, "containers": [{"name": "a", "image": "a"}]},
    });
    for name in places.keys() {
        in_force(cluster, name, &privileged);
    }
    let requests: Vec<Request> = fixtures
        .iter()
        .map(|fixture| Request::post(&pods_of(&format!("x-{}", fixture.namespace())), &fixture.pod))
        .collect();
    let decider = decider(crate::pod_security::BY_LABELS);
    let (mut wrong, mut denied) = (Vec::new(), 0);
    for (fixture, answer) in fixtures.iter().zip(cluster.each(&requests)) {
        let name = format!("x-{}", fixture.namespace());
        let ours = creation(&decider, &known, &name, &fixture.pod).denied.is_some();
        let theirs = refused(answer.status, &answer.message());
        denied += usize::from(theirs);
        if ours != theirs {
            wrong.push(format!(
                "{}: native denies {ours}, exported {theirs}: {}",
                fixture.file,
                answer.message()
            ));
        }
    }
    eprintln!(
        "{} fixtures, {denied} denied natively and by {} exported objects",
        fixtures.len(),
        written.len()
    );
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(denied > 2000, "only {denied} were denied");
}

/// Each check as a policy of its own, for a namespace of its own.
fn corpus_is_refused(cluster: &Cluster<'_>, seen: &[Value]) {
    let place = |id: &str| Place {
        name: format!("c-{id}"),
        spec: format!("checks: {{{id}: enforce}}"),
        native: json!({"e2e": format!("c-{id}")}),
    };
    let all: Vec<Place> = Known.all().into_iter().map(place).collect();
    let policies: Vec<String> = all.iter().map(Place::policy).collect();
    let written = exported(&policies.join("---\n"));
    accept(cluster, &written);
    let about_pods: BTreeSet<&str> = written
        .iter()
        .filter(|object| object["kind"] == "ValidatingAdmissionPolicy")
        .filter(|policy| policy["spec"]["matchConstraints"].to_string().contains("\"pods\""))
        .filter_map(|policy| policy["metadata"]["name"].as_str())
        .collect();
    let of_pods =
        |place: &&Place| about_pods.iter().any(|name| name.starts_with(&format!("{}-", place.name)));
    let places: Vec<&Place> = all.iter().filter(of_pods).collect();
    let mut known = Namespaces::default();
    for place in &places {
        place.write(cluster, &mut known);
    }
    settled(cluster);
    let mut requests = Vec::new();
    for place in &places {
        requests.extend(seen.iter().map(|pod| Request::post(&pods_of(&place.name), pod)));
    }
    let answers = cluster.each(&requests);
    let (mut wrong, mut denied) = (Vec::new(), 0);
    let mut answers = answers.iter();
    for place in &places {
        let decider = decider(&place.policy());
        for pod in seen {
            let answer = answers.next().unwrap();
            let ours = creation(&decider, &known, &place.name, pod).denied;
            let theirs = refused(answer.status, &answer.message());
            denied += usize::from(theirs);
            if ours.is_some() != theirs {
                wrong.push(format!(
                    "{}: native {ours:?}\n  exported {}\n  {pod}",
                    place.name,
                    answer.message()
                ));
            }
        }
    }
    eprintln!(
        "{} pods of the corpus by {} checks each: {} answers, {denied} denials by both",
        seen.len(),
        places.len(),
        requests.len()
    );
    wrong.truncate(20);
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(denied > 100, "only {denied} were denied");
}

/// Pods that the workloads of the corpus would make.
pub(crate) fn corpus() -> Option<Vec<Value>> {
    let folder = testkit::corpus("manifests")?;
    let mut found = Vec::new();
    for path in testkit::yaml_files(&folder) {
        let source = std::sync::Arc::new(finding::Source::file("corpus", testkit::text(&path)));
        let read = object::read(&source, object::Limits::default());
        found.extend(read.objects.iter().filter_map(pod_of));
    }
    let mut pods: Vec<Value> = found.into_iter().step_by(EVERY).collect();
    for (at, pod) in pods.iter_mut().enumerate() {
        pod["metadata"]["name"] = format!("sample-{at}").into();
    }
    assert!(pods.len() > 20, "only {} pods", pods.len());
    Some(pods)
}

fn pod_of(object: &Object) -> Option<Value> {
    let value = policy::value::of(object.root());
    let template = match object.kind() {
        "Pod" => &value,
        "Deployment" | "DaemonSet" | "StatefulSet" | "ReplicaSet" | "Job" => {
            value.pointer("/spec/template")?
        }
        "CronJob" => value.pointer("/spec/jobTemplate/spec/template")?,
        _ => return None,
    };
    let metadata = &template["metadata"];
    Some(json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"labels": metadata["labels"], "annotations": metadata["annotations"]},
        "spec": template["spec"],
    }))
}

/// The pods as a webhook would see them, defaults set; what is no valid pod is left out and counted.
pub(crate) fn as_seen(cluster: &Cluster<'_>, pods: &[Value]) -> Vec<Value> {
    cluster.namespace(FREE, &json!({}));
    let requests: Vec<Request> = pods.iter().map(|pod| Request::post(&pods_of(FREE), pod)).collect();
    let answers = cluster.each(&requests);
    let valid = answers.iter().filter(|answer| answer.status == 201);
    let seen: Vec<Value> = valid
        .map(|answer| {
            let whole = answer.json();
            let metadata = &whole["metadata"];
            json!({
                "apiVersion": "v1", "kind": "Pod", "spec": whole["spec"],
                "metadata": {
                    "name": metadata["name"], "labels": metadata["labels"], "annotations": metadata["annotations"],
                },
            })
        })
        .collect();
    eprintln!(
        "{} of {} pods of the corpus left out: no valid pod for this server",
        pods.len() - seen.len(),
        pods.len()
    );
    seen
}

pub(crate) fn accept(cluster: &Cluster<'_>, written: &[Value]) {
    for object in written {
        cluster.must(&Request::post(&cluster.collection(object), object));
    }
}

fn refused(status: u16, message: &str) -> bool {
    let by_policy = message.contains("ValidatingAdmissionPolicy '");
    assert!(status == 201 || by_policy || status == 422, "{status}: {message}");
    by_policy
}

fn in_force(cluster: &Cluster<'_>, namespace: &str, pod: &Value) {
    until(&format!("the policy of {namespace} holds"), || {
        let answer = cluster.call(&Request::post(&pods_of(namespace), pod));
        refused(answer.status, &answer.message()).then_some(())
    });
}

/// Writes one more policy and waits until it holds: all before it hold then.
fn settled(cluster: &Cluster<'_>) {
    let last = Place {
        name: "zz-last".to_owned(),
        spec: "podSecurity: {level: baseline}".to_owned(),
        native: json!({}),
    };
    cluster.namespace(&last.name, &json!({"e2e": last.name}));
    accept(cluster, &exported(&last.policy()));
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "probe"},
        "spec": {"hostPID": true, "containers": [{"name": "a", "image": "a"}]},
    });
    in_force(cluster, &last.name, &pod);
}
