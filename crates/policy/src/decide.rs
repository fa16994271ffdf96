//! May this request go on, and what is said about it?
//!
//! One pure function for `cofferdam admit` and the webhook: a request, the policies, and what may be looked
//! up, in; an answer out. First the object is changed: what a new pod leaves open is filled in, then the
//! `PodSecurityPolicies` that admit it and Kubernetes' own mutating policies have their turn (`course.rs`). Then
//! what came of it is judged, policy by policy: the Pod Security Standard, PodSecurityPolicy, the checks;
//! last Kubernetes' own validating policies.

mod course;
mod defaults;
mod exempt;
mod facts;
mod labels;
mod namespaces;
mod pod_security;
mod pod_security_policies;
mod remark;
mod rules;
mod unread;
mod update;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::LazyLock;

use finding::Finding;
use object::{Inventory, Object, Version};

use self::course::Course;
pub use self::remark::{Remark, Speaker};
use crate::Date;
use crate::admission_policy::{self, Authorize, Cluster};
use crate::document::{Matching, Mode, PodSecurity, Policies, Policy, Waiver};
use crate::request::{Operation, Request};
use crate::response::{Response, Spoken, Status};

pub use exempt::{CONTROLLERS, MANAGER};
pub use facts::{Facts, namespace_labels};
pub use namespaces::PODS;
pub use rules::REGISTRY;

/// Labels of a namespace.
pub type Labels = BTreeMap<String, String>;

/// What a decision may look up. All of it is in memory: nothing here waits.
pub trait Lookup {
    /// The labels of a namespace; `None` when there is no such namespace, or nobody knows.
    fn labels(&self, namespace: &str) -> Option<&Labels>;

    /// Everything else that is known.
    fn inventory(&self) -> &Inventory;

    /// Where the pods of a namespace that asks for more are looked for.
    fn pods(&self) -> Pods<'_> {
        Pods::Among(self.inventory())
    }

    /// The same, as Kubernetes' own policies see it: namespaces, parameters and kinds.
    fn cluster(&self) -> &Cluster {
        &NOTHING
    }

    /// Who may do what; `None` when nobody knows. Then `authorizer` says no, and everybody may `use` every
    /// PodSecurityPolicy that a policy names.
    fn authorize(&self) -> Option<&Authorize> {
        None
    }

    /// Whether a namespace that nobody knows may be taken for one with no labels of its own, as `admit` does for
    /// the object at hand.
    fn assumes_namespaces(&self) -> bool {
        true
    }

    /// Which day it is, where that was not settled when the policies were read: waivers expire.
    fn today(&self) -> Option<Date> {
        None
    }

    /// Whether a look at many pods should end now.
    fn is_late(&self) -> bool {
        false
    }
}

/// Pods that are there already.
#[derive(Clone, Copy, Debug)]
pub enum Pods<'a> {
    /// They are among these objects.
    Among(&'a Inventory),
    /// They could not be listed.
    Unknown,
}

static NOTHING: LazyLock<Cluster> = LazyLock::new(Cluster::default);

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
    admission: admission_policy::Policies,
    /// Whether Kubernetes' own policies look at namespaces.
    looks_at_namespaces: bool,
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
        rules::waiver(check, self.policy, request, None)
    }
}

/// What one policy says about one request.
#[derive(Debug, Default)]
struct Verdict {
    denied: Option<Denial>,
    warnings: Vec<String>,
    audit: Vec<(&'static str, String)>,
    /// Rules that spoke.
    said: Vec<(&'static str, Mode)>,
}

impl Verdict {
    /// Refuses, for this reason too.
    fn forbid(&mut self, why: String) {
        self.denied = Some(match self.denied.take() {
            Some(Denial::Forbidden(before)) => Denial::Forbidden(format!("{before}; {why}")),
            Some(other) => other,
            None => Denial::Forbidden(why),
        });
    }
}

/// How a policy refuses.
#[derive(Clone, Debug)]
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
        let list = policies.list.into_iter().map(ready).collect();
        let admission = policies.admission;
        let looks_at_namespaces = admission.ask_for_namespaces();
        Self { policies: list, admission, looks_at_namespaces, version }
    }

    /// How many policies are in force.
    pub fn len(&self) -> usize {
        self.policies.len() + self.admission.len()
    }

    /// Whether there is nothing to decide by.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether expressions are evaluated, which may take longer than everything else here.
    pub fn runs_expressions(&self) -> bool {
        !self.admission.is_empty()
    }

    /// The policies of our own, in their order.
    pub fn policies(&self) -> impl Iterator<Item = &Policy> {
        self.policies.iter().map(|ready| &ready.policy)
    }

    /// Kubernetes' own policies.
    pub fn admission_policies(&self) -> &admission_policy::Policies {
        &self.admission
    }

    /// The namespace whose pods the answer will look at, if there is one: one that asks for more than it did.
    pub fn asks_for_pods<'r>(&self, request: &'r Request) -> Option<&'r str> {
        let looks = |policy: &Policy| match &policy.pod_security {
            Some(standard @ PodSecurity::Labels { .. }) => {
                namespaces::looks_at_pods(levels_of(standard, policy.mode), policy, request)
            }
            _ => false,
        };
        let is_namespace = request.is_about("", "namespaces") && request.subresource.is_empty();
        (is_namespace && self.policies().any(looks)).then_some(request.name.as_str())
    }

    /// The whole answer to a request: what is changed, and what is said of what came of it.
    pub fn decide(&self, request: &Request, lookup: &dyn Lookup) -> Response {
        answered(request, || {
            let matching = self.matching(request, lookup)?;
            let course = self.course(&matching, request, lookup)?;
            let patch = course.patch(request);
            Ok(Response { patch, ..self.judged(&matching, course, request, lookup) })
        })
    }

    /// The first half, for a mutating webhook: what is changed.
    ///
    /// Only what keeps an object from being changed refuses here; all else is said by `validate`, once.
    pub fn mutate(&self, request: &Request, lookup: &dyn Lookup) -> Response {
        answered(request, || {
            let matching = self.matching(request, lookup)?;
            let way = self.way(&matching, request, lookup)?;
            let mut response = Response { uid: request.uid.clone(), ..Response::default() };
            response.patch = way.patch(request);
            for verdict in way.verdicts.into_iter().filter(|verdict| verdict.denied.is_none()) {
                verdict.audit.into_iter().for_each(|(key, value)| response.note(key, value));
            }
            say_admission(&mut response, &way.admission);
            note_annotations(&mut response, way.admission.audit_annotations);
            response.denied = denied(request, Vec::new(), way.admission.denied);
            Ok(response)
        })
    }

    /// The second half, for a validating webhook: what is said of the object as it is.
    ///
    /// Nothing is filled in: where no mutating webhook did, the pod will run without. Only a workload is judged
    /// as its pods will be.
    pub fn validate(&self, request: &Request, lookup: &dyn Lookup) -> Response {
        answered(request, || {
            let matching = self.matching(request, lookup)?;
            let course = self.unchanged(&matching, request, lookup)?;
            Ok(self.judged(&matching, course, request, lookup))
        })
    }

    fn judged(
        &self,
        matching: &[&Ready],
        course: Course,
        request: &Request,
        lookup: &dyn Lookup,
    ) -> Response {
        let mut response = Response { uid: request.uid.clone(), ..Response::default() };
        let (judged, mut reasons) = (course.judged(request), Vec::new());
        for (at, ready) in matching.iter().enumerate() {
            let verdict = ready.judge(judged, course.way.verdicts.get(at), lookup, self.version);
            verdict.warnings.into_iter().for_each(|text| response.warn(text));
            verdict.audit.into_iter().for_each(|(key, value)| response.note(key, value));
            for (rule, mode) in verdict.said {
                let (policy, rule) = (ready.policy.name.clone(), rule.to_owned());
                response.say(Spoken { policy, rule, mode });
            }
            match verdict.denied {
                Some(Denial::Forbidden(why)) if !reasons.contains(&why) => reasons.push(why),
                Some(Denial::Status(status)) if response.denied.is_none() => response.denied = Some(status),
                _ => {}
            }
        }
        let admission = course.way.admission;
        say_admission(&mut response, &admission);
        admission.warnings.into_iter().for_each(|text| response.warn(text));
        note_annotations(&mut response, admission.audit_annotations);
        response.denied = response.denied.take().or(denied(request, reasons, admission.denied));
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

    /// The object as the policies change it, if they change anything; of a workload its template as its pods
    /// will be.
    ///
    /// # Errors
    /// When a policy asks for the labels of a namespace that nobody knows.
    pub fn changed(&self, request: &Request, lookup: &dyn Lookup) -> Result<Option<Request>, Status> {
        let matching = self.matching(request, lookup)?;
        Ok(self.course(&matching, request, lookup)?.into_judged())
    }

    /// What PodSecurityPolicy and Kubernetes' own policies have against a request, one by one.
    ///
    /// # Errors
    /// When a policy asks for the labels of a namespace that nobody knows.
    pub fn remarks(&self, request: &Request, lookup: &dyn Lookup) -> Result<Vec<Remark>, Status> {
        let matching = self.matching(request, lookup)?;
        let course = self.course(&matching, request, lookup)?;
        let judged = course.judged(request);
        let object = judged.object.as_ref();
        let mut remarks = Vec::new();
        for (at, ready) in matching.into_iter().enumerate() {
            if object.is_some_and(|object| defaults::concerns(ready, judged, object)) {
                let before = course.way.verdicts.get(at);
                remarks.extend(pod_security_policies::remark(ready, before, judged, lookup, self.version));
            }
        }
        remarks.extend(remark::of_admission(course.way.admission));
        Ok(remarks)
    }

    /// The policies a request is a matter of.
    ///
    /// # Errors
    /// When labels decide and nobody knows them: an unanswered question is no reason to let something in.
    fn matching(&self, request: &Request, lookup: &dyn Lookup) -> Result<Vec<&Ready>, Status> {
        let mut found = Vec::new();
        let namespace = &request.namespace;
        if self.looks_at_namespaces
            && !lookup.assumes_namespaces()
            && !namespace.is_empty()
            && !request.is_about("", "namespaces")
            && lookup.labels(namespace).is_none()
        {
            return Err(unknown(namespace));
        }
        // What is removed or connected to was let in before: only Kubernetes' own policies look at that.
        if matches!(request.operation, Operation::Delete | Operation::Connect) {
            return Ok(found);
        }
        for ready in &self.policies {
            if ready.policy.matching.takes(request, lookup)? {
                found.push(ready);
            }
        }
        Ok(found)
    }
}

impl Ready {
    /// What the policy says to a request, on top of what it said before the object was changed.
    fn judge(
        &self,
        request: &Request,
        before: Option<&Verdict>,
        lookup: &dyn Lookup,
        version: Version,
    ) -> Verdict {
        let mut verdict = Verdict::default();
        let policy = &self.policy;
        if exempt::by_object(policy, request) {
            verdict.audit.push(("exempt", "object".to_owned()));
            return verdict;
        }
        if let Some(standard) = &policy.pod_security {
            pod_security::judge(standard, policy, request, lookup, version, &mut verdict);
        }
        unread::refuse(self, request, &mut verdict);
        if matches!(verdict.denied, Some(Denial::Status(_))) {
            return verdict;
        }
        pod_security_policies::validate(self, request, before, lookup, version, &mut verdict);
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

/// An answer, or that there can be none.
fn answered(request: &Request, answer: impl FnOnce() -> Result<Response, Status>) -> Response {
    answer().unwrap_or_else(|status| Response::error(&request.uid, status))
}

fn say_admission(response: &mut Response, admission: &admission_policy::Decision) {
    response.cost = response.cost.saturating_add(admission.cost);
    for (policy, kind, mode) in &admission.said {
        response.say(Spoken { policy: policy.clone(), rule: (*kind).to_owned(), mode: *mode });
    }
}

fn note_annotations(response: &mut Response, annotations: BTreeMap<String, String>) {
    for (key, value) in annotations {
        response.note(&remark::audit_key(&key), value);
    }
}

/// The refusal: what the policies say together, or that of Kubernetes' own alone in its own words.
fn denied(
    request: &Request,
    mut reasons: Vec<String>,
    admission: Option<admission_policy::Status>,
) -> Option<Status> {
    match admission {
        Some(own) if reasons.is_empty() => {
            return Some(Status { code: own.code, reason: own.reason, message: own.message });
        }
        Some(own) => reasons.extend(own.causes),
        None => {}
    }
    (!reasons.is_empty()).then(|| Status::forbidden(&request.resource, &request.name, &reasons.join("; ")))
}

/// A label of the object itself.
fn label_of<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    object.root().at("metadata.labels")?.get(key)?.str()
}

/// The refusal where nothing is known of a namespace that decides, in the words of Pod Security admission.
pub fn unknown(namespace: &str) -> Status {
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
