//! `check --cluster` against a server on loopback that plays a small cluster.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::Place;

/// What a path (without its query) answers, and every request that came.
#[derive(Clone, Default)]
struct Server {
    answers: Arc<Mutex<Vec<(String, u16, Value)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// A server of a release with these resources: `apps/v1 Deployment deployments`.
    fn new(resources: &[&str]) -> Self {
        let server = Self::default().with("/version", &json!({"major": "1", "minor": "33"}));
        let group = |line: &str| {
            let [version, kind, plural] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let (group, version) = version.split_once('/').unwrap_or(("", version));
            json!({"metadata": {"name": group}, "versions": [{"version": version, "resources": [{
                "resource": plural, "responseKind": {"kind": kind}, "scope": "Namespaced", "verbs": ["list"]}]}]})
        };
        let all = |core: bool| {
            let items: Vec<Value> = resources
                .iter()
                .filter(|line| line.starts_with("v1 ") == core)
                .map(|line| group(line))
                .collect();
            json!({"kind": "APIGroupDiscoveryList", "items": items})
        };
        server.with("/api", &all(true)).with("/apis", &all(false))
    }

    fn with(self, path: &str, answer: &Value) -> Self {
        self.answers.lock().unwrap().push((path.to_owned(), 200, answer.clone()));
        self
    }

    fn list(self, path: &str, items: &[Value]) -> Self {
        self.with(path, &json!({"metadata": {"resourceVersion": "7"}, "items": items}))
    }

    fn refuse(self, path: &str, message: &str) -> Self {
        let status = json!({"kind": "Status", "code": 403, "reason": "Forbidden", "message": message});
        self.answers.lock().unwrap().push((path.to_owned(), 403, status));
        self
    }

    /// Starts it; the kubeconfig is `k` of the place.
    fn start(&self) -> Place {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = self.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = server.clone();
                std::thread::spawn(move || server.serve(&stream));
            }
        });
        let kubeconfig = json!({"apiVersion": "v1", "kind": "Config", "current-context": "it",
            "clusters": [{"name": "c", "cluster": {"server": format!("http://{address}")}}],
            "users": [{"name": "u", "user": {}}],
            "contexts": [{"name": "it", "context": {"cluster": "c", "user": "u"}}]});
        Place::with("k", kubeconfig.to_string())
    }

    fn serve(&self, stream: &TcpStream) {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
        let Some(first) = lines.next() else { return };
        let accept =
            lines.take_while(|line| !line.is_empty()).find(|line| line.to_lowercase().starts_with("accept:"));
        let target = first.split(' ').nth(1).unwrap().to_owned();
        let partial = accept.is_some_and(|line| line.contains("PartialObjectMetadata"));
        self.asked.lock().unwrap().push(format!("{target}{}", if partial { " metadata" } else { "" }));
        let path = target.split('?').next().unwrap();
        let answers = self.answers.lock().unwrap();
        let found = answers.iter().find(|(known, ..)| known == path);
        let (code, body) = found.map_or((404, json!({})), |(_, code, body)| (*code, body.clone()));
        let body = body.to_string();
        let head =
            format!("HTTP/1.1 {code} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        let _ = { stream }.write_all((head + &body).as_bytes());
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn metadata(name: &str, owner: &str) -> Value {
    let owners = if owner.is_empty() { json!([]) } else { json!([{"uid": owner, "controller": true}]) };
    json!({"name": name, "namespace": "shop", "uid": name, "ownerReferences": owners, "labels": {"app": "web"},
           "managedFields": [{"manager": "kubectl"}]})
}

/// A pod's spec in which only the host's process ids are worth a word to `--only host-namespace`.
fn spec(host_pid: bool) -> Value {
    json!({"hostPID": host_pid, "serviceAccount": "web", "serviceAccountName": "web",
           "containers": [{"name": "web", "image": "registry.example.com/web:1"}]})
}

fn workload(name: &str, owner: &str, host_pid: bool, replicas: u8) -> Value {
    let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": spec(host_pid)});
    json!({"metadata": metadata(name, owner), "spec": {"replicas": replicas, "template": template}})
}

fn pod(name: &str, owner: &str, host_pid: bool) -> Value {
    json!({"metadata": metadata(name, owner), "spec": spec(host_pid), "status": {"phase": "Running"}})
}

fn shop() -> Server {
    Server::new(&["v1 Pod pods", "apps/v1 ReplicaSet replicasets", "apps/v1 Deployment deployments"])
        .list("/apis/apps/v1/deployments", &[workload("web", "", true, 2)])
        .list(
            "/apis/apps/v1/replicasets",
            &[workload("web-1", "web", true, 2), workload("web-0", "web", false, 0)],
        )
}

#[test]
fn what_a_controller_makes_is_judged_once() {
    let server = shop().list("/api/v1/pods", &[pod("web-1-a", "web-1", true), pod("web-1-b", "web-1", true)]);
    let place = server.start();
    let ran = place.check("--cluster --kubeconfig k --only host-namespace --fail-on critical --format json");
    let ran = ran.warns("4 objects say nothing that the controller they belong to does not");
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let places: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|f| (&f["file"], &f["line"])).collect();
    assert_eq!(places, [(&json!("cluster:apps/v1/Deployment/shop/web"), &json!(28))]);
    assert_eq!(report["objects"], 1);
}

#[test]
fn a_pod_that_only_claims_to_be_made_is_judged() {
    let lone = workload("web", "", false, 2);
    let server = Server::new(&["v1 Pod pods", "apps/v1 ReplicaSet replicasets"])
        .list("/apis/apps/v1/replicasets", &[lone])
        .list("/api/v1/pods", &[pod("forged", "web", true), pod("orphan", "nobody", true)]);
    let place = server.start();
    let report = place.report("--cluster --kubeconfig k --only host-namespace");
    let files: Vec<_> = report.list("findings").iter().map(|finding| finding["file"].clone()).collect();
    assert_eq!(files, ["cluster:v1/Pod/shop/forged", "cluster:v1/Pod/shop/orphan"]);
}

#[test]
fn a_kind_that_may_not_be_listed_is_named_and_the_run_is_no_success() {
    let place = shop().refuse("/api/v1/pods", "pods is forbidden: User \"u\" cannot list").start();
    place.check("--cluster --kubeconfig k --only host-port").ends(1).says(
        "pods are not judged, or not all of them: pods is forbidden: User \"u\" cannot list; allow `list`",
    );
}

#[test]
fn secrets_that_may_not_be_listed_are_named_once() {
    let refused = "secrets is forbidden: User \"u\" cannot list";
    let place = Server::new(&["v1 Secret secrets"]).refuse("/api/v1/secrets", refused).start();
    let report = place.report("--cluster --kubeconfig k");
    let errors = report.list("errors");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0]["message"].as_str().unwrap().contains(refused), "{errors:?}");
}

#[test]
fn of_a_secret_no_value_is_asked_for_and_its_token_is_found() {
    let secret = json!({"metadata": {"name": "old", "namespace": "shop", "annotations": {
        "kubernetes.io/service-account.name": "robot"}}});
    let server = Server::new(&["v1 Secret secrets"]).list("/api/v1/secrets", &[secret]);
    let place = server.start();
    place
        .check("--cluster --kubeconfig k --only sa-token-long-lived")
        .ends(1)
        .says("the Secret keeps a token of service account `robot` that never expires");
    let asked: Vec<_> = server.asked().into_iter().filter(|each| each.contains("secrets")).collect();
    assert_eq!(
        asked,
        [
            "/api/v1/secrets?limit=250&fieldSelector=type%3Dkubernetes.io%2Fservice-account-token metadata",
            "/api/v1/secrets?limit=250&fieldSelector=type%21%3Dkubernetes.io%2Fservice-account-token metadata",
        ]
    );
}

#[test]
fn a_network_policy_counts_whichever_came_first() {
    let policy = json!({"metadata": {"name": "closed", "namespace": "shop", "uid": "np"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}});
    let ends = |policies: &[Value], code| {
        let place = Server::new(&["v1 Pod pods", "networking.k8s.io/v1 NetworkPolicy networkpolicies"])
            .list("/api/v1/pods", &[pod("a", "", false)])
            .list("/apis/networking.k8s.io/v1/networkpolicies", policies)
            .start();
        place.check("--cluster --kubeconfig k --only no-network-policy --fail-on low").ends(code);
    };
    ends(&[policy], 0);
    ends(&[], 1);
}

#[test]
fn what_the_server_fills_in_is_not_the_authors() {
    let place = shop().list("/api/v1/pods", &[]).start();
    let report = place.report("--cluster --kubeconfig k");
    let ids: Vec<_> = report.list("findings").iter().map(|finding| finding["id"].clone()).collect();
    assert!(!ids.is_empty() && !ids.contains(&json!("deprecated-service-account-field")), "{ids:?}");
}

#[test]
fn the_standard_is_judged_by_too() {
    let server = shop().list("/api/v1/pods", &[pod("web-1-a", "web-1", true)]);
    let place = server.start();
    place.check("--cluster --kubeconfig k --pss baseline").ends(1).says("host namespaces (hostPID=true)");
    place.check("--cluster --kubeconfig k --pss privileged").ends(0);
}

#[test]
fn policies_judge_with_what_the_cluster_knows() {
    let labels = |name: &str, guarded: &str| json!({"metadata": {"name": name, "uid": name, "labels": {"guarded": guarded}}});
    let mut elsewhere = pod("b", "", true);
    elsewhere["metadata"]["namespace"] = "free".into();
    let server = Server::new(&[
        "v1 Namespace namespaces",
        "v1 Pod pods",
        "apps/v1 ReplicaSet replicasets",
        "apps/v1 Deployment deployments",
    ])
    .list("/api/v1/namespaces", &[labels("shop", "yes"), labels("free", "no")])
    .list("/apis/apps/v1/deployments", &[workload("web", "", true, 2)])
    .list(
        "/apis/apps/v1/replicasets",
        &[workload("web-1", "web", true, 2), workload("web-0", "web", true, 0)],
    )
    .list(
        "/api/v1/pods",
        &[
            pod("web-1-a", "web-1", true),
            pod("web-1-b", "web-1", true),
            pod("forged", "web-1", true),
            pod("lone", "", true),
            elsewhere,
        ],
    );
    let policy = "{apiVersion: cofferdam.dev/v1alpha1, kind: Policy, metadata: {name: p}, \
        spec: {match: {namespaceSelector: {matchLabels: {guarded: 'yes'}}}, podSecurity: {level: baseline}}}";
    let place = server.start().file("p.yaml", policy);
    let ran = place.check("--cluster --kubeconfig k --policy p.yaml --format json").ends(1);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let files: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|f| f["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["cluster:apps/v1/Deployment/shop/web", "cluster:v1/Pod/shop/lone"], "{}", ran.err);
    let twice = server.asked().iter().filter(|each| each.starts_with("/api/v1/pods?")).count();
    assert_eq!(twice, 2);
}

#[test]
fn objects_that_nobody_can_read_do_not_hide_the_others() {
    let pods = [json!(3), pod("bad", "", true)];
    let place = Server::new(&["v1 Pod pods"]).list("/api/v1/pods", &pods).start();
    let report = place.report("--cluster --kubeconfig k --only host-namespace");
    assert_eq!(report.list("findings").len(), 1);
    assert_eq!(report.list("errors").len(), 1, "{:?}", report.list("errors"));
}

#[test]
fn a_mistake_in_the_words_names_the_way_out() {
    let place = shop().start();
    place.check("--cluster --kubeconfig nowhere").ends(2).complains("reading kubeconfig nowhere");
    let wrong = place.check("--cluster --kubeconfig k --context other").ends(2);
    wrong.complains(
        "k has no usable context `other`: `kubectl config get-contexts` lists them, --context takes one",
    );
    place.check("--cluster x.yaml").ends(2).complains("cannot be used with");
}
