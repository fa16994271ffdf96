//! How long do the API server's own policies take?
//!
//! Prints `name<tab>seconds`, the median of many; `cargo xtask bench` puts them beside the aims.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a measurement may fall over, and prints

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use finding::Source;
use object::{Limits, Object, read};
use policy::admission_policy::{
    Cluster, GroupVersionKind, GroupVersionResource, Operation, Policies, Request, User, as_served, nobody,
};
use policy::cel::kubernetes::Environment;
use policy::cel::{Bindings, Budget, Value};
use serde_json::json;

/// How long each figure is measured.
const PATIENCE: Duration = Duration::from_millis(1500);
/// Policies of the large load.
const POLICIES: usize = 1000;

/// What cluster owners ask of every container.
const EVERY_CONTAINER: &str = "object.spec.containers.all(c, has(c.securityContext) && \
    has(c.securityContext.allowPrivilegeEscalation) && c.securityContext.allowPrivilegeEscalation == false \
    && c.image.startsWith('registry.example.com/'))";
/// What they ask of the object.
const LABEL: &str = "has(object.metadata.labels) && 'team' in object.metadata.labels && \
    object.metadata.labels['team'].matches('^[a-z]+$')";

fn main() {
    let env = Environment::admission(Environment::NEWEST).finish();
    let pod = pod(2);
    for (what, text) in [("every container of two", EVERY_CONTAINER), ("a label", LABEL)] {
        let program = env.compile(text).unwrap();
        let bindings = Bindings::new().bind("object", Value::from(&pod));
        let evaluate = || program.evaluate(&bindings, &mut Budget::per_expression());
        assert!(matches!(evaluate(), Ok(Value::Bool(true))));
        measure(&format!("evaluate a CEL expression about {what}"), &evaluate);
        measure(&format!("compile a CEL expression about {what}"), &|| env.compile(text).is_ok());
    }
    let request = request(pod);
    let (one, cluster) = (load(&documents(1)), Cluster::default());
    measure("decide by one ValidatingAdmissionPolicy of three expressions", &|| {
        let decision = one.decide(request.clone(), &cluster, &nobody());
        assert!(decision.is_allowed());
    });
    let many = documents(POLICIES);
    measure(&format!("load {POLICIES} ValidatingAdmissionPolicies, parsed already"), &|| load(&many));
    let many = load(&many);
    measure(&format!("decide by {POLICIES} ValidatingAdmissionPolicies"), &|| {
        many.decide(request.clone(), &cluster, &nobody()).is_allowed()
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

fn load(documents: &[Object]) -> Policies {
    let (policies, problems) = Policies::load(documents);
    assert!(problems.is_empty(), "{problems:?}");
    policies
}

/// Policies that differ in what they say, each with a variable, two validations and a binding.
fn documents(count: usize) -> Vec<Object> {
    let mut text = String::new();
    for number in 0..count {
        write!(
            text,
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: p{number}}}\nspec:\n  \
             matchConstraints: {{resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}}]}}\n  \
             variables: [{{name: containers, expression: \"object.spec.containers.filter(c, c.name != 'sidecar-{number}')\"}}]\n  \
             validations:\n  - {{expression: \"variables.containers.all(c, !has(c.ports) || c.ports.all(p, p.containerPort != {number}))\"}}\n  \
             - {{expression: \"{EVERY_CONTAINER}\", message: no {number}}}\n---\n\
             apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {{name: b{number}}}\n\
             spec: {{policyName: p{number}, validationActions: [Deny]}}\n---\n"
        )
        .unwrap();
    }
    let read = read(&Arc::new(Source::file("policies.yaml", text)), Limits::default());
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    read.objects
}

fn pod(containers: usize) -> serde_json::Value {
    let containers: Vec<_> = (0..containers)
        .map(|at| {
            json!({"name": format!("app-{at}"), "image": format!("registry.example.com/shop/app-{at}:1"),
                "ports": [{"containerPort": 8080 + at}], "securityContext": {"allowPrivilegeEscalation": false}})
        })
        .collect();
    as_served(json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop", "labels": {"team": "checkout"}},
        "spec": {"containers": containers}}))
}

fn request(pod: serde_json::Value) -> Request {
    Request {
        operation: Operation::Create,
        kind: GroupVersionKind::of("v1", "Pod"),
        resource: GroupVersionResource {
            group: String::new(),
            version: "v1".into(),
            resource: "pods".into(),
        },
        subresource: String::new(),
        name: "web".to_owned(),
        namespace: "shop".to_owned(),
        object: Some(pod),
        old_object: None,
        options: None,
        dry_run: false,
        user: User::default(),
    }
}
