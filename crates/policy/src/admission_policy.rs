//! What would the API server's admission policies say to a request?
//!
//! `ValidatingAdmissionPolicy` and `MutatingAdmissionPolicy` with their bindings, evaluated as
//! `k8s.io/apiserver/pkg/admission/plugin/policy` (v0.37) does: same matching, same order, same texts.

mod activation;
mod asked;
mod authorize;
mod cluster;
mod compile;
mod conditions;
mod decision;
mod environment;
mod hook;
mod json_patch;
mod matching;
mod model;
mod mutating;
mod patch_value;
mod position;
mod problem;
mod read;
mod rebase;
mod request;
mod served;
pub mod suite;
mod validating;
mod view;

use std::sync::atomic::Ordering;

use object::{Object, Version};

use authorize::Rights;
use hook::Hook;

use crate::cel::kubernetes::Environment;

pub use authorize::{Authorize, by_roles, nobody};
pub use cluster::{Cluster, Scope};
pub use decision::{Decision, Status};
pub use problem::{Problem, Weight};
pub(crate) use read::Form;
pub use rebase::rebased;
pub use request::{GroupVersionKind, GroupVersionResource, Operation, Request, User};
pub use served::as_served;

/// The policies that are in force, compiled.
#[derive(Debug, Default)]
pub struct Policies {
    hooks: Vec<Hook>,
}

impl Policies {
    /// Reads and compiles the policies and bindings among the objects; other kinds are passed over.
    ///
    /// A document with a fault keeps no other from being used; the problem says what holds meanwhile.
    pub fn load<'a>(objects: impl IntoIterator<Item = &'a Object>) -> (Self, Vec<Problem>) {
        Self::load_for(objects, Environment::NEWEST)
    }

    /// The same for a server of this release: CEL has the functions that it knows.
    pub fn load_for<'a>(
        objects: impl IntoIterator<Item = &'a Object>,
        version: Version,
    ) -> (Self, Vec<Problem>) {
        let (hooks, problems) = hook::load(objects, version);
        (Self { hooks }, problems)
    }

    /// How many policies are in force.
    pub fn len(&self) -> usize {
        self.hooks.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.hooks.is_empty()
    }

    /// Whether an answer may depend on what the namespace of the request is like.
    pub fn ask_for_namespaces(&self) -> bool {
        self.hooks.iter().any(Hook::asks_for_namespace)
    }

    /// Policies with parameters: their names, and the API version and kind of the parameters.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.hooks.iter().filter_map(|hook| {
            let kind = hook.policy.param_kind.as_ref()?;
            Some((hook.policy.id.name.as_str(), kind.api_version.as_str(), kind.kind.as_str()))
        })
    }

    /// Whether one of them is without fault; the others are answered by their failure policy alone.
    pub fn has_sound(&self) -> bool {
        self.hooks.iter().any(Hook::is_sound)
    }

    /// The answer to a request: mutating policies first, then the validating ones.
    pub fn decide(&self, mut request: Request, cluster: &Cluster, authorize: &Authorize) -> Decision {
        let mut decision = Decision::default();
        self.mutate(&mut request, cluster, authorize, &mut decision);
        if decision.is_allowed() {
            self.validate(&request, cluster, authorize, &mut decision);
        }
        decision.object = request.object.filter(|_| decision.is_allowed());
        decision
    }

    /// What the mutating policies make of the object of a request; they refuse in `decision`.
    pub fn mutate(
        &self,
        request: &mut Request,
        cluster: &Cluster,
        authorize: &Authorize,
        decision: &mut Decision,
    ) {
        if !is_exempt(request) {
            let rights = Rights::of(request, authorize);
            mutating::dispatch(&self.hooks, request, cluster, &rights, decision);
            decision.cost = decision.cost.saturating_add(rights.meter().load(Ordering::Relaxed));
        }
    }

    /// What the validating policies say to a request, into `decision`.
    pub fn validate(
        &self,
        request: &Request,
        cluster: &Cluster,
        authorize: &Authorize,
        decision: &mut Decision,
    ) {
        if !is_exempt(request) {
            let rights = Rights::of(request, authorize);
            validating::dispatch(&self.hooks, request, cluster, &rights, decision);
            decision.cost = decision.cost.saturating_add(rights.meter().load(Ordering::Relaxed));
        }
    }
}

/// Requests that no policy sees: those that decide about access, and the policies themselves.
fn is_exempt(request: &Request) -> bool {
    match (request.resource.group.as_str(), request.resource.resource.as_str()) {
        ("authentication.k8s.io", resource) => matches!(resource, "selfsubjectreviews" | "tokenreviews"),
        ("authorization.k8s.io", resource) => matches!(
            resource,
            "localsubjectaccessreviews"
                | "selfsubjectaccessreviews"
                | "selfsubjectrulesreviews"
                | "subjectaccessreviews"
        ),
        ("admissionregistration.k8s.io", resource) => matches!(
            resource,
            "validatingadmissionpolicies"
                | "validatingadmissionpolicybindings"
                | "mutatingadmissionpolicies"
                | "mutatingadmissionpolicybindings"
        ),
        _ => false,
    }
}
