//! Requests, rules and patches that nobody wrote: what do we and upstream make of them?

use std::fmt::Write as _;
use std::sync::Arc;

use finding::Source;
use object::{Limits, Object, read};
use policy::admission_policy::{
    Cluster, GroupVersionKind, GroupVersionResource, Operation, Policies, Request, User, as_served, nobody,
};
use serde_json::{Value, json};

use super::{ask, normal_answer, told};
use crate::oracle::random::Random;

const SEED: u64 = 7;
const MATCHES: usize = 1_000;
const MERGES: usize = 800;

/// Kind, group, resource, and whether its objects lie in namespaces.
const KINDS: [(&str, &str, &str, bool); 5] = [
    ("Pod", "", "pods", true),
    ("Deployment", "apps", "deployments", true),
    ("ConfigMap", "", "configmaps", true),
    ("Namespace", "", "namespaces", false),
    ("ClusterRole", "rbac.authorization.k8s.io", "clusterroles", false),
];

#[test]
fn random_rules_mean_the_requests_that_upstream_takes_them_to_mean() {
    let Some(oracle) = testkit::oracle() else { return };
    let mut random = Random::new(SEED);
    let cases: Vec<(Vec<Value>, Request)> =
        (0..MATCHES).map(|_| (policy(&mut random), request(&mut random))).collect();
    compare(&oracle, &cases);
}

#[test]
fn random_apply_configurations_merge_as_upstream_merges_them() {
    let Some(oracle) = testkit::oracle() else { return };
    let mut random = Random::new(SEED);
    let cases: Vec<(Vec<Value>, Request)> = (0..MERGES)
        .map(|_| {
            let patch = pod_fields(&mut random, Shape::Patch);
            let policies = mutation(&format!("Object{{{}}}", literal_fields(&patch, "Object")));
            let mut live = pod_fields(&mut random, Shape::Live);
            live["apiVersion"] = "v1".into();
            live["kind"] = "Pod".into();
            live["metadata"]["name"] = "web".into();
            live["metadata"]["namespace"] = "default".into();
            (policies, creation("Pod", as_served(live)))
        })
        .collect();
    compare(&oracle, &cases);
}

/// Asks both sides everything and compares all they say.
fn compare(oracle: &std::path::Path, cases: &[(Vec<Value>, Request)]) {
    let questions: Vec<String> =
        cases.iter().map(|(documents, request)| question(documents, request).to_string()).collect();
    let answers = ask(oracle, &questions.join("\n"));
    assert_eq!(answers.len(), cases.len());
    let mut wrong = Vec::new();
    let mut denied = 0;
    let cluster = Cluster::new(&namespaces());
    for (((documents, request), theirs), question) in cases.iter().zip(&answers).zip(&questions) {
        let (policies, problems) = Policies::load(&objects(documents));
        assert!(problems.is_empty(), "{}", problems[0]);
        let decision = policies.decide(request.clone(), &cluster, &nobody());
        denied += usize::from(!decision.is_allowed());
        let (ours, theirs) = (told(&decision), normal_answer(theirs, &request.kind));
        // Of several faults upstream names those it comes upon first, in the random order of Go's maps.
        let several = theirs["status"]["message"].as_str().is_some_and(|text| text.contains("errors:\n"));
        if ours != theirs && !(several && ours["allowed"] == theirs["allowed"]) {
            wrong.push(format!("{question}\n  ours   {ours}\n  theirs {theirs}"));
        }
    }
    wrong.sort_by_key(String::len);
    assert!(
        wrong.is_empty(),
        "{} of {} differ\n{}",
        wrong.len(),
        cases.len(),
        wrong[..wrong.len().min(3)].join("\n")
    );
    assert!(
        denied > cases.len() / 20 && denied < cases.len() * 19 / 20,
        "{denied} of {} denied",
        cases.len()
    );
}

fn objects(documents: &[Value]) -> Vec<Object> {
    let mut text = String::new();
    for document in documents {
        let _ = writeln!(text, "---\n{document}");
    }
    read(&Arc::new(Source::file("random.yaml", text)), Limits::default()).objects
}

fn namespaces() -> Vec<Object> {
    objects(&namespace_documents())
}

fn namespace_documents() -> Vec<Value> {
    let namespace = |name: &str, labels: Value| {
        let mut labels = labels;
        labels["kubernetes.io/metadata.name"] = name.into();
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    };
    vec![
        namespace("default", json!({})),
        namespace("shop", json!({"a": "x"})),
        namespace("lab", json!({"a": "y", "b": "x"})),
    ]
}

fn question(documents: &[Value], request: &Request) -> Value {
    let of = |end: &str| -> Vec<&Value> {
        documents
            .iter()
            .filter(|document| document["kind"].as_str().is_some_and(|kind| kind.ends_with(end)))
            .collect()
    };
    json!({
        "policies": of("Policy"),
        "bindings": of("Binding"),
        "namespaces": namespace_documents(),
        "request": {
            "kind": {"group": request.kind.group, "version": request.kind.version, "kind": request.kind.kind},
            "resource": {"group": request.resource.group, "version": request.resource.version, "resource": request.resource.resource},
            "subResource": request.subresource,
            "name": request.name,
            "namespace": request.namespace,
            "operation": request.operation.word(),
            "object": request.object,
            "oldObject": request.old_object,
        },
    })
}

/// A policy that denies whatever it means, and its binding.
fn policy(random: &mut Random) -> Vec<Value> {
    let binding_match = if random.one_in(2) { resources(random, 2) } else { Value::Null };
    let mut binding = json!({"policyName": "p", "validationActions": ["Deny"]});
    if !binding_match.is_null() {
        binding["matchResources"] = binding_match;
    }
    vec![
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "p"},
            "spec": {"matchConstraints": resources(random, 1), "validations": [{"expression": "false", "message": "meant"}]},
        }),
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": "p"}, "spec": binding,
        }),
    ]
}

fn resources(random: &mut Random, optional_from: usize) -> Value {
    let mut matched = json!({});
    let rules: Vec<Value> = (0..=random.below(2)).map(|_| rule(random)).collect();
    if optional_from == 1 || random.one_in(2) {
        matched["resourceRules"] = rules.into();
    }
    if random.one_in(4) {
        matched["excludeResourceRules"] = json!([rule(random)]);
    }
    for key in ["namespaceSelector", "objectSelector"] {
        if random.one_in(3) {
            matched[key] = selector(random);
        }
    }
    if random.one_in(3) {
        matched["matchPolicy"] = random.pick(&["Exact", "Equivalent"]).into();
    }
    matched
}

fn rule(random: &mut Random) -> Value {
    let mut rule = json!({
        "apiGroups": if random.one_in(2) { json!(["*"]) } else { json!([random.pick(&["", "apps", "rbac.authorization.k8s.io"])]) },
        "apiVersions": [random.pick(&["v1", "*", "v1beta1", "v1"])],
        "operations": if random.one_in(3) { json!(["*"]) } else { json!([random.pick(&["CREATE", "UPDATE"]), "DELETE"]) },
        "resources": [random.pick(&["*", "*", "*/*", "pods", "*/*", "pods/*", "*/status", "deployments", "namespaces", "configmaps", "pods/status"])],
    });
    if random.one_in(3) {
        rule["scope"] = random.pick(&["*", "Cluster", "Namespaced"]).into();
    }
    if random.one_in(5) {
        rule["resourceNames"] = json!([random.pick(&["web", "shop"])]);
    }
    rule
}

fn selector(random: &mut Random) -> Value {
    let mut selector = json!({});
    if random.one_in(2) {
        selector["matchLabels"] = json!({random.pick(&["a", "b"]): random.pick(&["x", "y"])});
    }
    if random.one_in(2) {
        let operator = random.pick(&["In", "NotIn", "Exists", "DoesNotExist"]);
        let mut term = json!({"key": random.pick(&["a", "b"]), "operator": operator});
        if operator.ends_with("In") {
            term["values"] = json!([random.pick(&["x", "y"]), "z"]);
        }
        selector["matchExpressions"] = json!([term]);
    }
    selector
}

fn request(random: &mut Random) -> Request {
    let (kind, group, resource, namespaced) = KINDS[random.below(KINDS.len() as u64) as usize];
    let operation = [Operation::Create, Operation::Update, Operation::Delete][random.below(3) as usize];
    let known = kind == "Namespace" && operation != Operation::Create;
    let name = random.pick(if known { &["shop", "lab", "lab", "shop"] } else { &["web", "shop", "lab", ""] });
    let namespace = match kind {
        "Namespace" => name,
        _ if namespaced => random.pick(&["default", "shop", "lab"]),
        _ => "",
    };
    let api_version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
    let object = |random: &mut Random| {
        let mut labels = json!({});
        for key in ["a", "b"] {
            if random.one_in(2) {
                labels[key] = random.pick(&["x", "y", "z"]).into();
            }
        }
        let mut metadata = json!({"labels": labels});
        if name.is_empty() {
            metadata["generateName"] = "web-".into();
        } else {
            metadata["name"] = name.into();
        }
        as_served(json!({"apiVersion": api_version, "kind": kind, "metadata": metadata}))
    };
    let (new, old) = (object(random), object(random));
    let mut request = creation(kind, new);
    request.kind.group = group.into();
    request.resource =
        GroupVersionResource { group: group.into(), version: "v1".into(), resource: resource.into() };
    request.operation = operation;
    request.subresource = if random.one_in(4) { "status".into() } else { String::new() };
    request.name = name.into();
    request.namespace = namespace.into();
    request.old_object = (operation != Operation::Create).then_some(old);
    if operation == Operation::Delete {
        request.object = None;
    }
    request
}

fn creation(kind: &str, object: Value) -> Request {
    Request {
        operation: Operation::Create,
        kind: GroupVersionKind::of("v1", kind),
        resource: GroupVersionResource {
            group: String::new(),
            version: "v1".into(),
            resource: format!("{}s", kind.to_lowercase()),
        },
        subresource: String::new(),
        name: "web".into(),
        namespace: "default".into(),
        object: Some(object),
        old_object: None,
        options: None,
        dry_run: false,
        user: User::default(),
    }
}

fn mutation(expression: &str) -> Vec<Value> {
    vec![
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicy", "metadata": {"name": "p"},
            "spec": {
                "reinvocationPolicy": "Never",
                "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]},
                "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}}],
            },
        }),
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicyBinding",
            "metadata": {"name": "p"}, "spec": {"policyName": "p"},
        }),
    ]
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Live,
    Patch,
}

/// Some fields of a pod; what is atomic only now and then in a patch, for it ends there.
fn pod_fields(random: &mut Random, shape: Shape) -> Value {
    let mut pod = json!({"metadata": {}, "spec": {}});
    let atomic = |random: &mut Random| shape == Shape::Live && random.one_in(2) || random.one_in(40);
    if random.one_in(2) {
        pod["metadata"]["labels"] = json!({random.pick(&["a", "b"]): random.pick(&["x", "y"])});
    }
    if random.one_in(3) {
        pod["metadata"]["finalizers"] = some(random, &["a/x", "a/y", "a/z"]).into();
    }
    for list in ["containers", "initContainers"] {
        if random.one_in(2) {
            let names = some(random, &["a", "b", "c", "d"]);
            pod["spec"][list] = names.into_iter().map(|name| container(random, &name, shape)).collect();
        }
    }
    for (list, key, other) in [
        ("volumes", "name", ""),
        ("imagePullSecrets", "name", ""),
        ("hostAliases", "ip", ""),
        ("topologySpreadConstraints", "topologyKey", "whenUnsatisfiable"),
    ] {
        if random.one_in(4) && (list != "imagePullSecrets" && list != "hostAliases" || atomic(random)) {
            let names = some(random, &["10.0.0.1", "v2", "v3"]);
            let mut item = |name: Value| {
                let mut item = json!({key: name});
                if !other.is_empty() {
                    item[other] = random.pick(&["DoNotSchedule", "ScheduleAnyway"]).into();
                    item["maxSkew"] = random.below(3).into();
                }
                item
            };
            pod["spec"][list] = names.into_iter().map(&mut item).collect();
        }
    }
    if atomic(random) {
        pod["spec"]["nodeSelector"] = json!({random.pick(&["a", "b"]): "x"});
    }
    if random.one_in(3) {
        pod["spec"]["securityContext"] =
            json!({"runAsUser": random.below(3), "runAsNonRoot": random.one_in(2)});
        if atomic(random) {
            pod["spec"]["securityContext"]["supplementalGroups"] = json!([1, 2]);
        }
    }
    if random.one_in(3) {
        pod["spec"]["hostNetwork"] = random.one_in(2).into();
    }
    if shape == Shape::Patch && random.one_in(30) {
        pod["spec"]["colour"] = "red".into();
    }
    if shape == Shape::Patch && random.one_in(30) {
        pod["spec"]["hostname"] = 5.into();
    }
    pod
}

fn container(random: &mut Random, name: &Value, shape: Shape) -> Value {
    let mut container = json!({"name": name});
    if random.one_in(2) {
        container["image"] = random.pick(&["i:1", "i:2", "i"]).into();
    }
    if random.one_in(2) {
        container["env"] = some(random, &["A", "B", "C"])
            .into_iter()
            .map(|name| json!({"name": name, "value": random.pick(&["1", "2"])}))
            .collect();
    }
    if random.one_in(2) {
        let mut ports = Vec::new();
        for number in some(random, &["80", "81", "82"]) {
            let number: u64 = number.as_str().unwrap().parse().unwrap();
            let mut port = json!({"containerPort": number});
            if random.one_in(2) {
                port["protocol"] = random.pick(&["TCP", "UDP"]).into();
            }
            if random.one_in(2) {
                port["name"] = random.pick(&["p", "q"]).into();
            }
            ports.push(port);
        }
        container["ports"] = ports.into();
    }
    if random.one_in(3) {
        container["volumeMounts"] = some(random, &["/a", "/b"])
            .into_iter()
            .map(|path| json!({"mountPath": path, "name": random.pick(&["v2", "v3"])}))
            .collect();
    }
    if random.one_in(3) {
        container["resources"] =
            json!({"limits": {random.pick(&["cpu", "memory"]): random.pick(&["1", "0.5", "1024Mi"])}});
    }
    if shape == Shape::Live && random.one_in(3) {
        container["args"] = json!(["x"]);
    }
    container
}

/// A few of the words in any order, now and then one twice.
fn some(random: &mut Random, words: &[&str]) -> Vec<Value> {
    let mut chosen: Vec<Value> = Vec::new();
    for _ in 0..=random.below(words.len() as u64) {
        let word: Value = random.pick(words).into();
        if !chosen.contains(&word) || random.one_in(20) {
            chosen.push(word);
        }
    }
    chosen
}

/// The fields of a JSON object as those of an `Object` of CEL.
fn literal_fields(object: &Value, name: &str) -> String {
    let fields = object
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| format!("{key}: {}", literal(value, &format!("{name}.{key}"))));
    fields.collect::<Vec<_>>().join(", ")
}

fn literal(value: &Value, name: &str) -> String {
    let free = ["labels", "nodeSelector", "limits"].iter().any(|end| name.ends_with(end));
    match value {
        Value::Object(_) if free => value.to_string(),
        Value::Object(_) => format!("{name}{{{}}}", literal_fields(value, name)),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| literal(item, name)).collect();
            format!("[{}]", items.join(", "))
        }
        value => value.to_string(),
    }
}
