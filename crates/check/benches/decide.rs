//! How long does one admission decision take?
//!
//! Prints `name<tab>seconds`, the median of many; `cargo xtask bench` puts them beside the aims.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a measurement may fall over, and prints

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use finding::Source;
use object::{Inventory, Version};
use policy::decide::{Decider, Labels, Lookup};
use policy::document::Policies;
use policy::request::{Request, read};

/// How long each figure is measured.
const PATIENCE: Duration = Duration::from_millis(1500);

/// A cluster with labelled namespaces and nothing else.
struct Cluster {
    inventory: Inventory,
    labels: Labels,
}

impl Lookup for Cluster {
    fn labels(&self, _: &str) -> Option<&Labels> {
        Some(&self.labels)
    }

    fn inventory(&self) -> &Inventory {
        &self.inventory
    }
}

fn main() {
    let cluster = Cluster {
        inventory: Inventory::new(Vec::new()),
        labels: BTreeMap::from([("pod-security.kubernetes.io/enforce".to_owned(), "restricted".to_owned())]),
    };
    let standard = decider("{podSecurity: {level: restricted}}");
    let labels = decider("{podSecurity: {namespaceLabels: true}}");
    let all = decider("{podSecurity: {level: restricted}, checks: {'*': enforce}}");
    for (size, containers) in [("a typical pod", 2), ("a pod of 100 containers", 100)] {
        let text = review(containers);
        let request = read(&source(&text)).unwrap();
        for (what, decider) in [
            ("restricted and all checks", &all),
            ("restricted", &standard),
            ("restricted by namespace labels", &labels),
        ] {
            measure(&format!("decide, {size}, {what}"), &|| decider.decide(&request, &cluster).is_allowed());
        }
        measure(&format!("read the review of {size} ({} bytes)", text.len()), &|| {
            read(&source(&text)).is_ok()
        });
        let both = |request: &Request| all.decide(request, &cluster).review().to_string().len();
        measure(&format!("read, decide and answer, {size}"), &|| both(&read(&source(&text)).unwrap()));
    }
    // What grows with the square of the containers would take minutes here.
    let large = LazyCell::new(|| read(&source(&review(2_000))).unwrap());
    measure("decide, a pod of 2000 containers, restricted and all checks", &|| {
        all.decide(&large, &cluster).is_allowed()
    });
}

fn measure<T>(name: &str, work: &dyn Fn() -> T) {
    // Words of the command line choose; cargo adds `--bench`.
    let mut wanted = std::env::args().skip(1).filter(|word| !word.starts_with("--")).peekable();
    if wanted.peek().is_some() && !wanted.any(|word| name.contains(&word)) {
        return;
    }
    let start = Instant::now();
    let mut taken = Vec::new();
    while start.elapsed() < PATIENCE {
        let before = Instant::now();
        black_box(work());
        taken.push(before.elapsed());
    }
    taken.sort_unstable();
    let median = taken.get(taken.len() / 2).copied().unwrap_or_default();
    println!("{name}\t{:.9}", median.as_secs_f64());
}

fn source(text: &str) -> Arc<Source> {
    Arc::new(Source::file("review.json", text.to_owned()))
}

fn decider(spec: &str) -> Decider {
    let text =
        format!("{{apiVersion: cofferdam.dev/v1alpha1, kind: Policy, metadata: {{name: p}}, spec: {spec}}}");
    let policies = Policies::read(&[source(&text)], &check::Known, "2026-01-01".parse().unwrap());
    assert!(policies.errors.is_empty(), "{:?}", policies.errors);
    Decider::new(policies, Version::NEWEST, &check::compile)
}

/// What an API server sends about a pod that a Deployment made, all findings fixed but a few.
fn review(containers: usize) -> String {
    let container = |at: usize| {
        format!(
            r#"{{"name": "app-{at}", "image": "registry.example.com/shop/app-{at}:1.4.{at}@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "command": ["/app"], "args": ["--listen=:8080", "--log-level=info"],
            "ports": [{{"name": "http-{at}", "containerPort": {}, "protocol": "TCP"}}],
            "env": [{{"name": "LOG_FORMAT", "value": "json"}}, {{"name": "REGION", "value": "eu-1"}},
                    {{"name": "POD_IP", "valueFrom": {{"fieldRef": {{"apiVersion": "v1", "fieldPath": "status.podIP"}}}}}}],
            "resources": {{"limits": {{"memory": "256Mi"}}, "requests": {{"cpu": "100m", "memory": "256Mi"}}}},
            "volumeMounts": [{{"name": "tmp", "mountPath": "/tmp"}}, {{"name": "config", "mountPath": "/etc/app", "readOnly": true}},
                             {{"name": "kube-api-access-x", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true}}],
            "livenessProbe": {{"httpGet": {{"path": "/healthz", "port": 8080, "scheme": "HTTP"}}, "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}},
            "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File", "imagePullPolicy": "IfNotPresent",
            "securityContext": {{"capabilities": {{"drop": ["ALL"]}}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false}}}}"#,
            8080 + at
        )
    };
    let containers: Vec<String> = (0..containers).map(container).collect();
    format!(
        r#"{{"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {{
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": {{"group": "", "version": "v1", "kind": "Pod"}},
        "resource": {{"group": "", "version": "v1", "resource": "pods"}},
        "requestKind": {{"group": "", "version": "v1", "kind": "Pod"}},
        "requestResource": {{"group": "", "version": "v1", "resource": "pods"}},
        "name": "web-7d4b9c6f5-x2x9z", "namespace": "shop", "operation": "CREATE",
        "userInfo": {{"username": "system:serviceaccount:kube-system:replicaset-controller", "uid": "1",
                     "groups": ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"]}},
        "object": {{"kind": "Pod", "apiVersion": "v1",
            "metadata": {{"name": "web-7d4b9c6f5-x2x9z", "generateName": "web-7d4b9c6f5-", "namespace": "shop", "uid": "2",
                "labels": {{"app.kubernetes.io/name": "web", "pod-template-hash": "7d4b9c6f5"}},
                "annotations": {{"checksum/config": "d41d8cd98f00b204e9800998ecf8427e"}},
                "ownerReferences": [{{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-7d4b9c6f5", "uid": "3", "controller": true, "blockOwnerDeletion": true}}]}},
            "spec": {{
                "volumes": [{{"name": "tmp", "emptyDir": {{"sizeLimit": "64Mi"}}}}, {{"name": "config", "configMap": {{"name": "web", "defaultMode": 420}}}},
                    {{"name": "kube-api-access-x", "projected": {{"sources": [{{"serviceAccountToken": {{"expirationSeconds": 3607, "path": "token"}}}},
                        {{"configMap": {{"name": "kube-root-ca.crt", "items": [{{"key": "ca.crt", "path": "ca.crt"}}]}}}}], "defaultMode": 420}}}}],
                "containers": [{}],
                "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
                "serviceAccountName": "web", "serviceAccount": "web", "automountServiceAccountToken": false,
                "securityContext": {{"runAsNonRoot": true, "runAsUser": 10001, "fsGroup": 10001, "seccompProfile": {{"type": "RuntimeDefault"}}}},
                "schedulerName": "default-scheduler", "priority": 0, "enableServiceLinks": true, "preemptionPolicy": "PreemptLowerPriority",
                "tolerations": [{{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}}]}},
            "status": {{}}}},
        "oldObject": null, "dryRun": false, "options": {{"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"}}}}}}"#,
        containers.join(",")
    )
}
