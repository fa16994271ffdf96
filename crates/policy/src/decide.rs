//! May this request go on, and what is said about it?
//!
//! One pure function for `cofferdam admit` and the webhook: a request, the policies, and what may be looked
//! up, in; an answer out. First what a new pod leaves open is filled in, then what came of it is judged,
//! policy by policy: the Pod Security Standard, then the checks.

mod defaults;
mod exempt;
mod labels;
mod namespaces;
mod pod_security;
mod rules;
mod update;

use std::collections::BTreeMap;
use std::fmt::Debug;

use finding::Finding;
use object::{Inventory, Object, Version};

use crate::document::{Matching, Mode, PodSecurity, Policies, Policy, Waiver};
use crate::request::{Operation, Request};
use crate::response::{Response, Status};

pub use exempt::CONTROLLERS;
pub use rules::REGISTRY;

/// Labels of a namespace.
pub type Labels = BTreeMap<String, String>;

/// What a decision may look up. All of it is in memory: nothing here waits.
pub trait Lookup {
    /// The labels of a namespace; `None` when there is no such namespace, or nobody knows.
    fn labels(&self, namespace: &str) -> Option<&Labels>;

    /// Everything else that is known.
    fn inventory(&self) -> &Inventory;

    /// Whether a look at many pods should end now.
    fn is_late(&self) -> bool {
        false
    }
}

/// The static checks of one policy, ready to run.
pub trait Rules: Debug + Send + Sync {
    /// What they say about an object beside others.
    fn judge(&self, object: &Object, among: &Inventory) -> Vec<Finding>;
}

/// Makes the rules of a policy: this crate knows no check.
pub type Compile<'c> = dyn Fn(&Policy, Version) -> Box<dyn Rules> + 'c;

/// Policies, ready to decide by.
#[derive(Debug)]
pub struct Decider {
    policies: Vec<Ready>,
    version: Version,
}

#[derive(Debug)]
struct Ready {
    policy: Policy,
    rules: Option<Box<dyn Rules>>,
}

/// A policy that stands against a request.
#[derive(Debug)]
pub struct Standing<'d> {
    /// The policy.
    pub policy: &'d Policy,
    /// Its checks, if it has any.
    pub rules: Option<&'d dyn Rules>,
    /// The Pod Security Standards a pod is held to, each with its weight.
    pub levels: Vec<(Mode, crate::pod_security::Policy)>,
}

impl Standing<'_> {
    /// The waiver that accepts a finding of a check about the object of a request.
    pub fn waiver(&self, check: &str, request: &Request) -> Option<&Waiver> {
        rules::waiver(check, self.policy, request)
    }
}

/// What one policy says about one request.
#[derive(Debug, Default)]
struct Verdict {
    denied: Option<Denial>,
    warnings: Vec<String>,
    audit: Vec<(&'static str, String)>,
}

/// How a policy refuses.
#[derive(Debug)]
enum Denial {
    /// As forbidden, for this reason; other policies may add theirs.
    Forbidden(String),
    /// In another way, which speaks for itself.
    Status(Status),
}

impl Decider {
    /// Compiles the policies once, for a release of Kubernetes.
    pub fn new(policies: Policies, version: Version, compile: &Compile<'_>) -> Self {
        let ready = |policy: Policy| {
            let rules = (!policy.checks.is_empty()).then(|| compile(&policy, version));
            Ready { policy, rules }
        };
        Self { policies: policies.list.into_iter().map(ready).collect(), version }
    }

    /// How many policies are in force.
    pub fn len(&self) -> usize {
        self.policies.len()
    }

    /// Whether there is nothing to decide by.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// The answer to a request.
    pub fn decide(&self, request: &Request, lookup: &dyn Lookup) -> Response {
        // What is removed or connected to was let in before.
        if matches!(request.operation, Operation::Delete | Operation::Connect) {
            return Response { uid: request.uid.clone(), ..Response::default() };
        }
        let mut response = Response { uid: request.uid.clone(), ..Response::default() };
        let mut reasons = Vec::new();
        let matching = match self.matching(request, lookup) {
            Ok(matching) => matching,
            Err(status) => return Response::error(&request.uid, status),
        };
        let changed = match defaults::fill_in(&matching, request, self.version, lookup, &mut response.patch) {
            Ok(changed) => changed,
            Err(status) => return Response::error(&request.uid, status),
        };
        let request = changed.as_ref().unwrap_or(request);
        for ready in matching {
            let verdict = ready.judge(request, lookup, self.version);
            verdict.warnings.into_iter().for_each(|text| response.warn(text));
            verdict.audit.into_iter().for_each(|(key, value)| response.note(key, value));
            match verdict.denied {
                Some(Denial::Forbidden(why)) if !reasons.contains(&why) => reasons.push(why),
                Some(Denial::Status(status)) if response.denied.is_none() => response.denied = Some(status),
                _ => {}
            }
        }
        if !reasons.is_empty() && response.denied.is_none() {
            let why = reasons.join("; ");
            response.denied = Some(Status::forbidden(&request.resource, &request.name, &why));
        }
        response
    }

    /// What stands against a request, for whoever wants to point at it rather than answer: the policies that
    /// concern it and leave neither its user nor its object alone.
    ///
    /// # Errors
    /// When a policy asks for the labels of a namespace that nobody knows.
    pub fn standing(&self, request: &Request, lookup: &dyn Lookup) -> Result<Vec<Standing<'_>>, Status> {
        let mut found = Vec::new();
        for Ready { policy, rules } in self.matching(request, lookup)? {
            let object = request.object.as_ref();
            let is_exempt = exempt::by_object(policy, request)
                || exempt::by_request(policy, request).is_some()
                || object.is_some_and(|object| pod_security::is_exempt(policy, object));
            if !is_exempt {
                let levels = pod_security::levels(policy, request, lookup, self.version)?;
                found.push(Standing { policy, rules: rules.as_deref(), levels });
            }
        }
        Ok(found)
    }

    /// The object as the policies fill it in, if they change anything.
    ///
    /// # Errors
    /// When a policy asks for the labels of a namespace that nobody knows.
    pub fn filled_in(&self, request: &Request, lookup: &dyn Lookup) -> Result<Option<Request>, Status> {
        let matching = self.matching(request, lookup)?;
        defaults::fill_in(&matching, request, self.version, lookup, &mut crate::patch::Patch::default())
    }

    /// The policies a request is a matter of.
    fn matching(&self, request: &Request, lookup: &dyn Lookup) -> Result<Vec<&Ready>, Status> {
        let mut found = Vec::new();
        for ready in &self.policies {
            if ready.policy.matching.takes(request, lookup)? {
                found.push(ready);
            }
        }
        Ok(found)
    }
}

impl Ready {
    fn judge(&self, request: &Request, lookup: &dyn Lookup, version: Version) -> Verdict {
        let mut verdict = Verdict::default();
        let policy = &self.policy;
        if exempt::by_object(policy, request) {
            verdict.audit.push(("exempt", "object".to_owned()));
            return verdict;
        }
        if let Some(standard) = &policy.pod_security {
            pod_security::judge(standard, policy, request, lookup, version, &mut verdict);
        }
        if let Some(rules) = &self.rules
            && !matches!(verdict.denied, Some(Denial::Status(_)))
        {
            rules::judge(rules.as_ref(), policy, request, lookup, version, &mut verdict);
        }
        verdict
    }
}

impl Matching {
    /// Whether a request is a matter of the policy. An object without a namespace is one where no namespaces
    /// are named; a namespace itself goes by its own name and labels.
    ///
    /// # Errors
    /// When labels decide and nobody knows them: an unanswered question is no reason to let something in.
    fn takes(&self, request: &Request, lookup: &dyn Lookup) -> Result<bool, Status> {
        let is_namespace = request.is_about("", "namespaces");
        let namespace = if is_namespace { &request.name } else { &request.namespace };
        let named = self.namespaces.is_empty() || self.namespaces.iter().any(|glob| glob.matches(namespace));
        if !named || (!namespace.is_empty() && self.exclude.iter().any(|glob| glob.matches(namespace))) {
            return Ok(false);
        }
        if let Some(selector) = &self.object_selector {
            let chosen = |object: &Object| selector.chooses(&|key| label_of(object, key));
            if ![&request.object, &request.old].into_iter().flatten().any(chosen) {
                return Ok(false);
            }
        }
        match &self.namespace_selector {
            Some(selector) if is_namespace => {
                let object = request.object.as_ref();
                Ok(selector.chooses(&|key| object.and_then(|object| label_of(object, key))))
            }
            Some(selector) if !namespace.is_empty() => {
                let labels = lookup.labels(namespace).ok_or_else(|| unknown(namespace))?;
                Ok(selector.chooses(&|key| labels.get(key).map(String::as_str)))
            }
            _ => Ok(true),
        }
    }
}

/// A label of the object itself.
fn label_of<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    object.root().at("metadata.labels")?.get(key)?.str()
}

/// In the words of Pod Security admission.
fn unknown(namespace: &str) -> Status {
    let quoted = crate::pod_security::quote::go_quoted(namespace);
    Status::internal(&format!("failed to lookup namespace {quoted}"))
}

/// Resources that make pods, and are warned about rather than refused.
fn makes_pods(request: &Request) -> bool {
    let resource = request.resource.name.as_str();
    match request.resource.group.as_str() {
        "" => matches!(resource, "replicationcontrollers" | "podtemplates"),
        "apps" => matches!(resource, "replicasets" | "deployments" | "statefulsets" | "daemonsets"),
        "batch" => matches!(resource, "jobs" | "cronjobs"),
        _ => false,
    }
}

/// The levels in force, however they came about.
fn levels_of(standard: &PodSecurity, mode: Mode) -> labels::Levels {
    labels::Levels::configured(standard, mode)
}
