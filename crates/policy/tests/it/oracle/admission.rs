//! Whole decisions against Pod Security admission's own, on random requests.

use std::io::Write as _;
use std::process::{Command, Stdio};

use object::Version;
use policy::decide::{Decider, Labels};
use serde_json::{Value, json};

use super::random::Random;
use super::{answers, pods};
use crate::admit::{Cluster, objects, policies, request};

/// More of them, or another seed below, are a soak.
const REQUESTS: usize = 3_000;

const LEVELS: [&str; 6] = ["privileged", "baseline", "restricted", "Baseline", "", "strict \"x\"\n"];
const VERSIONS: [&str; 10] = [
    "latest",
    "v1.0",
    "v1.24",
    "v1.29",
    "v1.36",
    "v1.99",
    "v1.08",
    "1.25",
    "v1.70000",
    "v1.99999999999999999999",
];
const NAMESPACES: [&str; 3] = ["shop", "bank", "exempt"];
const USERS: [&str; 4] = ["ann", "bob", "system:serviceaccount:kube-system:job-controller", ""];
const SUBRESOURCES: [&str; 13] = [
    "exec",
    "attach",
    "binding",
    "eviction",
    "log",
    "portforward",
    "proxy",
    "status",
    "ephemeralcontainers",
    "resize",
    "scale",
    "unheard",
    "Status",
];

#[test]
fn random_requests_are_decided_as_upstream_decides_them() {
    let Some(oracle) = testkit::oracle() else { return };
    let mut random = Random::new(4);
    let mut questions: Vec<Value> = (0..REQUESTS).map(|_| question(&mut random)).collect();
    questions.push(crowd());
    let told = ask(&oracle, &questions);
    let mut wrong = Vec::new();
    for (question, theirs) in questions.iter().zip(&told) {
        let ours = ours(question);
        if ours != *theirs {
            let mut text = question.to_string();
            text.truncate(text.floor_char_boundary(4000));
            wrong.push(format!("{text}\n  upstream {theirs}\n  we       {ours}"));
        }
    }
    wrong.sort_by_key(String::len);
    let shortest = wrong.get(..3).unwrap_or(&wrong).join("\n");
    assert!(wrong.is_empty(), "{} of {} differ, the shortest being\n{shortest}", wrong.len(), told.len());
    // What never happens was not compared.
    let count = |what: &dyn Fn(&Value) -> bool| told.iter().filter(|told| what(told)).count();
    for (name, least, seen) in [
        ("denied", 200, count(&|told| told["code"] == 403)),
        ("invalid labels", 40, count(&|told| told["code"] == 422)),
        ("undecided", 20, count(&|told| told["code"] == 500)),
        ("not decoded", 5, count(&|told| told["code"] == 400)),
        ("warned", 150, count(&|told| told["warnings"].is_array())),
        ("about pods that exist", 20, count(&|told| told["warnings"].to_string().contains("existing pods"))),
        ("exempt namespaces", 3, count(&|told| told["warnings"].to_string().contains("is exempt"))),
        ("exempt users", 20, count(&|told| told["audit"]["exempt"] == "user")),
        ("exempt RuntimeClasses", 5, count(&|told| told["audit"]["exempt"] == "runtimeClass")),
        ("bad labels told", 40, count(&|told| told["audit"]["error"].is_string())),
    ] {
        assert!(seen >= least, "only {seen} of {} {name}", told.len());
    }
}

fn question(random: &mut Random) -> Value {
    let mut defaults = json!({});
    for mode in ["enforce", "audit", "warn"] {
        if random.one_in(4) {
            defaults[mode] = json!(random.pick(&LEVELS[..3]));
        }
        if random.one_in(6) {
            defaults[format!("{mode}-version")] = json!(random.pick(&VERSIONS[..6]));
        }
    }
    let some = |random: &mut Random, name: &str| if random.one_in(3) { json!([name]) } else { json!([]) };
    let exemptions = json!({
        "usernames": some(random, "bob"),
        "namespaces": some(random, "exempt"),
        "runtimeClasses": some(random, "gvisor"),
    });
    let (request, pods) = if random.one_in(3) { namespace(random) } else { (pod(random), json!([])) };
    let labels = if random.one_in(25) { Value::Null } else { labels(random) };
    json!({"defaults": defaults, "exemptions": exemptions, "labels": labels, "pods": pods, "request": request})
}

fn labels(random: &mut Random) -> Value {
    let mut labels = json!({});
    let odd = random.one_in(5);
    for mode in ["enforce", "audit", "warn"] {
        let (levels, versions) =
            if odd { (&LEVELS[..], &VERSIONS[..]) } else { (&LEVELS[..3], &VERSIONS[..6]) };
        if random.one_in(2) {
            labels[format!("pod-security.kubernetes.io/{mode}")] = json!(random.pick(levels));
        }
        if random.one_in(3) {
            labels[format!("pod-security.kubernetes.io/{mode}-version")] = json!(random.pick(versions));
        }
    }
    if random.one_in(3) {
        labels["team"] = json!("shop");
    }
    labels
}

/// A random pod or workload, one key once.
fn object(random: &mut Random) -> Value {
    // What Go reads as the whole number 0, serde_json would write as a fraction.
    let text = pods::object(random).replace(": -0,", ": 0,").replace(": -0}", ": 0}");
    let mut object: Value = serde_json::from_str(&text).unwrap();
    let kind = object["kind"].as_str().unwrap().to_owned();
    let path = match kind.as_str() {
        "Pod" => "/spec",
        "PodTemplate" => "/template/spec",
        "CronJob" => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    };
    if random.one_in(8)
        && let Some(spec) = object.pointer_mut(path).and_then(Value::as_object_mut)
    {
        spec.insert("runtimeClassName".to_owned(), json!(random.pick(&["gvisor", "runc", ""])));
    }
    if kind == "ReplicationController" && random.one_in(6) {
        object["spec"] = json!({});
    }
    object
}

fn resource(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "Pod" => ("", "pods"),
        "PodTemplate" => ("", "podtemplates"),
        "ReplicationController" => ("", "replicationcontrollers"),
        "ReplicaSet" => ("apps", "replicasets"),
        "Deployment" => ("apps", "deployments"),
        "DaemonSet" => ("apps", "daemonsets"),
        "StatefulSet" => ("apps", "statefulsets"),
        "Job" => ("batch", "jobs"),
        "CronJob" => ("batch", "cronjobs"),
        other => panic!("{other}"),
    }
}

fn pod(random: &mut Random) -> Value {
    let new = object(random);
    let kind = new["kind"].as_str().unwrap().to_owned();
    let (group, resource) = resource(&kind);
    let update = random.one_in(3);
    let old = if update { changed(random, &new) } else { Value::Null };
    let subresource = if random.one_in(6) { random.pick(&SUBRESOURCES) } else { "" };
    let lost = random.one_in(80);
    json!({
        "name": random.mostly(&["web"], &["", "w\"eb"]),
        "namespace": random.mostly(&NAMESPACES, &["shop"]),
        "username": random.pick(&USERS),
        "subresource": subresource,
        "operation": if update { "UPDATE" } else { "CREATE" },
        "kind": {"group": group, "version": "v1", "kind": kind},
        "resource": {"group": group, "version": "v1", "resource": resource},
        "object": if lost && resource == "pods" { Value::Null } else { new },
        "oldObject": if random.one_in(40) { Value::Null } else { old },
    })
}

/// The object as it may have been before.
fn changed(random: &mut Random, new: &Value) -> Value {
    let mut old = new.clone();
    let Some(spec) = old.get_mut("spec").and_then(Value::as_object_mut) else { return old };
    let list = random.pick(&["containers", "initContainers", "ephemeralContainers"]);
    match random.below(6) {
        0 => {
            old["metadata"] = json!({"name": "p", "labels": {"changed": "yes"}});
        }
        1 => {
            spec.insert("hostPID".to_owned(), json!(true));
        }
        2 => {
            if let Some(container) = spec.get_mut(list).and_then(|list| list.get_mut(0)) {
                *container = json!({"name": container["name"], "image": "other"});
            }
        }
        3 => {
            spec.remove(list);
        }
        4 => {
            if let Some(list) = spec.get_mut(list).and_then(Value::as_array_mut) {
                list.push(json!({"name": "more", "image": "busybox"}));
            }
        }
        _ => {
            if let Some(list) = spec.get_mut("ephemeralContainers").and_then(Value::as_array_mut) {
                list.reverse();
            }
        }
    }
    old
}

fn namespace(random: &mut Random) -> (Value, Value) {
    let name = random.pick(&NAMESPACES);
    let made = |labels: Value| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}});
    let new = labels(random);
    let old = if random.one_in(4) { new.clone() } else { labels(random) };
    let update = !random.one_in(3);
    let mut existing = Vec::new();
    for number in 0..random.below(12) {
        existing.extend(existing_pod(random, name, number));
    }
    let request = json!({
        "name": name,
        "namespace": name,
        "username": random.pick(&USERS),
        "subresource": if random.one_in(12) { random.pick(&["status", "finalize"]) } else { "" },
        "operation": if update { "UPDATE" } else { "CREATE" },
        "kind": {"group": "", "version": "v1", "kind": "Namespace"},
        "resource": {"group": "", "version": "v1", "resource": "namespaces"},
        "object": if random.one_in(80) { Value::Null } else { made(new) },
        "oldObject": if update && !random.one_in(80) { made(old) } else { Value::Null },
    });
    (request, json!(existing))
}

fn existing_pod(random: &mut Random, namespace: &str, number: u64) -> Option<Value> {
    let mut pod = object(random);
    if pod["kind"] != "Pod" {
        return None;
    }
    if random.one_in(3) {
        pod["spec"] = json!({"hostNetwork": true, "containers": [{"name": "a", "image": "b"}]});
    }
    pod["metadata"] = json!({"name": format!("pod-{}", (number * 7) % 12), "namespace": namespace});
    if random.one_in(2) {
        let owner = json!({
            "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r",
            "uid": random.pick(&["1", "2", ""]), "controller": random.pick(&[true, true, false]),
        });
        pod["metadata"]["ownerReferences"] = json!([owner]);
    }
    Some(pod)
}

/// More pods than are looked at.
fn crowd() -> Value {
    let pod = |number: usize| {
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": format!("p{number:05}"), "namespace": "shop"},
            "spec": {"hostPID": number > 2_990, "containers": [{"name": "a", "image": "b"}]},
        })
    };
    let made = |labels: Value| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}});
    json!({
        "defaults": {}, "exemptions": {}, "labels": {},
        "pods": (0..3_100).map(pod).collect::<Vec<_>>(),
        "request": {
            "name": "shop", "namespace": "shop", "username": "ann", "subresource": "", "operation": "UPDATE",
            "kind": {"group": "", "version": "v1", "kind": "Namespace"},
            "resource": {"group": "", "version": "v1", "resource": "namespaces"},
            "object": made(json!({"pod-security.kubernetes.io/enforce": "baseline"})), "oldObject": made(json!({})),
        },
    })
}

/// Our answer, in the words of the oracle.
fn ours(question: &Value) -> Value {
    let spec = json!({
        "podSecurity": {"namespaceLabels": true, "defaults": question["defaults"]},
        "exemptions": question["exemptions"],
    });
    let document = json!({
        "apiVersion": "cofferdam.dev/v1alpha1", "kind": "Policy", "metadata": {"name": "p"}, "spec": spec,
    });
    let decider = Decider::new(policies(&document.to_string()), Version::NEWEST, &|_, _| unreachable!());
    let asked = &question["request"];
    let review = json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "u",
            "name": asked["name"],
            "namespace": asked["namespace"],
            "operation": asked["operation"],
            "requestSubResource": asked["subresource"],
            "kind": asked["kind"],
            "resource": asked["resource"],
            "userInfo": {"username": asked["username"]},
            "object": asked["object"],
            "oldObject": asked["oldObject"],
        },
    });
    let labels: Option<Labels> = serde_json::from_value(question["labels"].clone()).unwrap();
    let pods = json!({"apiVersion": "v1", "kind": "List", "items": question["pods"]});
    let cluster = Cluster { labels, ..Cluster::empty() }.with(objects(&pods.to_string()));
    let told = decider.decide(&request(&review.to_string()), &cluster);
    let mut line = json!({
        "allowed": told.is_allowed(),
        "warnings": if told.warnings.is_empty() { Value::Null } else { json!(told.warnings) },
        "audit": told.audit,
    });
    if let Some(status) = &told.denied {
        line["code"] = json!(status.code);
        line["reason"] = json!(status.reason);
        line["message"] = json!(status.message);
    }
    line
}

fn ask(oracle: &std::path::Path, questions: &[Value]) -> Vec<Value> {
    let text: String = questions.iter().map(|question| format!("{question}\n")).collect();
    let mut command = Command::new(oracle);
    command.arg("admit").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let mut told = answers(&output);
    assert_eq!(told.len(), questions.len());
    for line in &mut told {
        // Nothing to note is nothing, or an empty map.
        if line["audit"].is_null() {
            line["audit"] = json!({});
        }
    }
    told
}
