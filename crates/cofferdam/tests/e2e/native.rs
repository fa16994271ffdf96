//! What do we say ourselves, on the path that `cofferdam admit` takes?

use std::collections::BTreeMap;
use std::sync::Arc;

use check::Known;
use finding::Source;
use object::{Inventory, Limits, Object, Version};
use policy::Date;
use policy::decide::{Decider, Labels, Lookup};
use policy::document::Reading;
use policy::response::Response;
use serde_json::{Value, json};

/// Policies ready to decide, as the API server's release would.
pub(crate) fn decider(policies: &str) -> Decider {
    let source = Arc::new(Source::file("policy.yaml", policies.to_owned()));
    let mut reading = Reading::default();
    reading.add(&source, &object::read(&source, Limits::default()), &Known, Date::of_unix_day(0));
    let policies = reading.finish(&[]);
    assert!(policies.errors.is_empty(), "{:?}", policies.errors);
    Decider::new(policies, Version::NEWEST, &check::compile)
}

/// Namespaces and nothing else.
#[derive(Default)]
pub(crate) struct Namespaces {
    labels: BTreeMap<String, Labels>,
    inventory: Inventory,
}

impl Namespaces {
    pub(crate) fn add(&mut self, name: &str, labels: &Value) {
        let entries = labels.as_object().into_iter().flatten();
        let labels = entries.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect();
        self.labels.insert(name.to_owned(), labels);
    }
}

impl Lookup for Namespaces {
    fn labels(&self, namespace: &str) -> Option<&Labels> {
        self.labels.get(namespace)
    }

    fn inventory(&self) -> &Inventory {
        &self.inventory
    }
}

/// The answer to the creation of a pod.
pub(crate) fn creation(decider: &Decider, lookup: &dyn Lookup, namespace: &str, pod: &Value) -> Response {
    let review = json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {
            "uid": "e2e", "operation": "CREATE", "namespace": namespace, "name": pod["metadata"]["name"],
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "userInfo": {"username": "admin", "groups": ["system:masters"]},
            "object": pod,
        },
    });
    let source = Arc::new(Source::file("review.json", review.to_string()));
    decider.decide(&policy::request::read(&source).unwrap(), lookup)
}

/// The objects of a YAML or JSON text.
pub(crate) fn objects(name: &str, text: String) -> Vec<Object> {
    let read = object::read(&Arc::new(Source::file(name, text)), Limits::default());
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    read.objects
}
