//! What do we say ourselves, on the path that `cofferdam admit` takes?

use std::collections::BTreeMap;
use std::sync::Arc;

use check::Known;
use finding::Source;
use object::{Inventory, Limits, Object, Version};
use policy::Date;
use policy::decide::{Decider, Labels, Lookup};
use policy::document::{Policies, Reading};
use policy::response::Response;
use serde_json::{Value, json};

/// Policies ready to decide, as the API server's release would.
pub(crate) fn decider(text: &str) -> Decider {
    Decider::new(policies(text), Version::NEWEST, &check::compile)
}

/// Policies as they are read.
pub(crate) fn policies(text: &str) -> Policies {
    let source = Arc::new(Source::file("policy.yaml", text.to_owned()));
    let mut reading = Reading::default();
    reading.add(&source, &object::read(&source, Limits::default()), &Known, Date::of_unix_day(0));
    let policies = reading.finish(&[], Version::NEWEST);
    assert!(policies.errors.is_empty(), "{:?}", policies.errors);
    policies
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
    let mut pod = pod.clone();
    pod["metadata"]["namespace"] = namespace.into();
    answer(decider, lookup, "/pods", &pod, None)
}

/// The pod as the policies change it.
pub(crate) fn changed(decider: &Decider, lookup: &dyn Lookup, namespace: &str, pod: &Value) -> Value {
    let mut pod = pod.clone();
    pod["metadata"]["namespace"] = namespace.into();
    let changed = decider.changed(&question("/pods", &pod, None), lookup).unwrap();
    let object = changed.and_then(|request| request.object);
    object.map_or(pod, |object| policy::value::of(object.root()))
}

/// The answer to writing an object of this collection: its creation, or an update of what was there.
pub(crate) fn answer(
    decider: &Decider,
    lookup: &dyn Lookup,
    collection: &str,
    object: &Value,
    old: Option<&Value>,
) -> Response {
    decider.decide(&question(collection, object, old), lookup)
}

fn question(collection: &str, object: &Value, old: Option<&Value>) -> policy::request::Request {
    let api_version = object["apiVersion"].as_str().unwrap();
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let plural = collection.rsplit('/').next().unwrap();
    let metadata = &object["metadata"];
    let namespace = if plural == "namespaces" { &metadata["name"] } else { &metadata["namespace"] };
    let review = json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {
            "uid": "e2e", "operation": if old.is_some() { "UPDATE" } else { "CREATE" },
            "namespace": namespace, "name": metadata["name"],
            "kind": {"group": group, "version": version, "kind": object["kind"]},
            "resource": {"group": group, "version": version, "resource": plural},
            "userInfo": {"username": "admin", "groups": ["system:masters"]},
            "object": object, "oldObject": old,
        },
    });
    let source = Arc::new(Source::file("review.json", review.to_string()));
    policy::request::read(&source).unwrap()
}

/// The objects of a YAML or JSON text.
pub(crate) fn objects(name: &str, text: String) -> Vec<Object> {
    let read = object::read(&Arc::new(Source::file(name, text)), Limits::default());
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    read.objects
}
