//! The one place here that knows how texts become a decision.

mod defaults;
mod fixtures;
mod halves;
mod hostile;
mod joined;
mod matching;
pub(crate) mod rules;

use std::sync::Arc;

use finding::Source;
use object::{Inventory, Limits, Object, Version};
use policy::admission_policy::{Authorize, by_roles};
use policy::decide::{Decider, Labels, Lookup};
use policy::document::{Catalogue, Policies};
use policy::rbac::Rbac;
use policy::request::{self, Request};
use policy::response::Response;

/// A cluster of a few objects.
pub(crate) struct Cluster {
    pub(crate) inventory: Inventory,
    pub(crate) labels: Option<Labels>,
    pub(crate) known: policy::admission_policy::Cluster,
    pub(crate) authorize: Option<Authorize>,
}

impl Cluster {
    pub(crate) fn empty() -> Self {
        Self {
            inventory: Inventory::new(Vec::new()),
            labels: None,
            known: policy::admission_policy::Cluster::default(),
            authorize: None,
        }
    }

    pub(crate) fn labelled(labels: &[(&str, &str)]) -> Self {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Self { labels: Some(labels), ..Self::empty() }
    }

    pub(crate) fn with(mut self, objects: Vec<Object>) -> Self {
        self.known = policy::admission_policy::Cluster::new(&objects);
        self.inventory = Inventory::new(objects);
        self.authorize = Some(by_roles(Rbac::of(&self.inventory)));
        self
    }
}

impl Lookup for Cluster {
    fn labels(&self, _: &str) -> Option<&Labels> {
        self.labels.as_ref()
    }

    fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    fn cluster(&self) -> &policy::admission_policy::Cluster {
        &self.known
    }

    fn authorize(&self) -> Option<&Authorize> {
        self.authorize.as_ref()
    }
}

/// Two checks of our own: this crate knows none.
pub(crate) struct Known;

impl Catalogue for Known {
    fn find(&self, id: &str) -> Result<&'static str, String> {
        let known = self.all().into_iter().find(|known| *known == id);
        known.ok_or_else(|| format!("no check is called `{id}`"))
    }

    fn all(&self) -> Vec<&'static str> {
        vec![
            "image-registry-not-allowed",
            "image-volume-registry-not-allowed",
            "mutable-image-tag",
            "named-x",
        ]
    }
}

pub(crate) fn source(text: &str) -> Arc<Source> {
    Arc::new(Source::file("t.yaml", text.to_owned()))
}

pub(crate) fn objects(text: &str) -> Vec<Object> {
    object::read(&source(text), Limits::default()).objects
}

pub(crate) fn policies(text: &str) -> Policies {
    let policies = Policies::read(&[source(text)], &Known, "2026-11-22".parse().unwrap());
    assert_eq!(policies.errors, [], "{text}");
    policies
}

/// A policy of this `spec`, in flow style.
pub(crate) fn policy(spec: &str) -> Decider {
    let text =
        format!("{{apiVersion: cofferdam.dev/v1alpha1, kind: Policy, metadata: {{name: p}}, spec: {spec}}}");
    Decider::new(policies(&text), Version::NEWEST, &rules::compile)
}

pub(crate) fn request(text: &str) -> Request {
    request::read(&source(text)).unwrap_or_else(|error| panic!("{error}: {text}"))
}

pub(crate) fn decide(spec: &str, text: &str, cluster: &Cluster) -> Response {
    policy(spec).decide(&request(text), cluster)
}

/// The message of a denial; empty where the request is allowed.
pub(crate) fn message(response: &Response) -> &str {
    response.denied.as_ref().map_or("", |status| &status.message)
}
