//! Which of the policies decides? (`admission.go`)
//!
//! The first by name that lets the pod in as it is; where none does and the pod may still be changed, the first by
//! name that lets it in changed. Only policies that the user or the pod's service account may `use` count, also for
//! what a denial says.

use object::Pod;

use super::changes::Changes;
use super::mutate::mutate;
use super::pod::{Facts, PodError};
use super::same::only_collected_fields_differ;
use super::validate::validate;
use super::violation::Violation;
use super::{ADMITTED_BY, PodSecurityPolicy};

/// What is asked of the API server.
#[derive(Clone, Copy, Debug)]
pub enum Operation<'a> {
    /// The pod is new.
    Create,
    /// The pod replaces this one.
    Update {
        /// The pod as it stands in the cluster.
        old: Pod<'a>,
    },
}

/// Which of the two passes of admission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// The pod may be changed. An update is not looked at here.
    Mutating,
    /// The pod stays as it is; the policy that it names as its own is asked first.
    Validating,
}

/// A question.
pub struct Request<'a> {
    /// What is asked of the API server.
    pub operation: Operation<'a>,
    /// In which pass.
    pub pass: Pass,
    /// `ephemeralContainers` and the like; empty for the pod itself, which is all that a policy minds.
    pub subresource: &'a str,
    /// The pod.
    pub pod: Pod<'a>,
    /// Whether the user or the pod's service account may `use` the policy of that name in the pod's namespace.
    pub authorized: &'a dyn Fn(&str) -> bool,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// No question for a policy: another pass, a subresource, or nothing changed but owners and finalizers.
    NotJudged,
    /// A policy lets the pod in.
    Admitted(Admission),
    /// None does.
    Denied(Denial),
}

/// Who let a pod in, and what comes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Admission {
    /// The name of the policy.
    pub policy: String,
    /// What the policy changed, and nothing else: the annotation below is not among it.
    pub changes: Changes,
    /// The annotation that the pod gets in the mutating pass.
    pub annotation: Option<(&'static str, String)>,
    /// The annotation that the audit event gets.
    pub audit: (&'static str, String),
}

impl Admission {
    /// The pod as it goes on: changed by the policy, with the annotation that names it.
    pub fn apply(&self, pod: &mut serde_json::Value) {
        self.changes.apply(pod);
        if let Some((key, policy)) = &self.annotation {
            Changes::annotated(key, policy).apply(pod);
        }
    }
}

/// Why a pod stays out.
#[derive(Clone, Debug, PartialEq)]
pub struct Denial {
    /// What the policies that may be used say, by their names; the API server has them in no order.
    pub violations: Vec<Violation>,
    /// The text, from `PodSecurityPolicy:` on.
    pub text: String,
}

/// Judges a pod by the policies.
///
/// # Errors
/// A pod of which a field has the wrong type: the API server would not have read it.
pub fn decide(policies: &[PodSecurityPolicy], request: &Request<'_>) -> Result<Decision, PodError> {
    let pod = Facts::read(request.pod)?;
    if !request.subresource.is_empty() {
        return Ok(Decision::NotJudged);
    }
    if let Operation::Update { old } = request.operation
        && (request.pass == Pass::Mutating || only_collected_fields_differ(request.pod, old))
    {
        return Ok(Decision::NotJudged);
    }
    if policies.is_empty() {
        let text = "PodSecurityPolicy: no providers available to validate pod request".to_owned();
        return Ok(Decision::Denied(Denial { violations: Vec::new(), text }));
    }
    Ok(select(policies, request, &pod))
}

fn select(policies: &[PodSecurityPolicy], request: &Request<'_>, pod: &Facts<'_>) -> Decision {
    let mut changed = None;
    let mut violations = Vec::new();
    for policy in in_order(policies, request.pass, pod.admitted_by) {
        let mut own = pod.clone();
        mutate(policy, &mut own);
        let found = validate(policy, &own);
        if !found.is_empty() {
            violations.push((policy, found));
            continue;
        }
        let same = own == *pod;
        if !same && (request.pass == Pass::Validating || changed.is_some()) {
            continue;
        }
        if !(request.authorized)(&policy.name) {
            continue;
        }
        if same {
            return admitted(policy, Changes::default(), request.pass);
        }
        changed = Some((policy, Changes::between(pod, &own)));
    }
    match changed {
        Some((policy, made)) => admitted(policy, made, request.pass),
        None => denied(violations, request),
    }
}

/// By name; in the validating pass the one that the pod names comes first.
fn in_order<'p>(policies: &'p [PodSecurityPolicy], pass: Pass, hint: &str) -> Vec<&'p PodSecurityPolicy> {
    let mut order: Vec<&PodSecurityPolicy> = policies.iter().collect();
    order.sort_by_key(|policy| {
        let hinted = pass == Pass::Validating && policy.name == hint;
        (!hinted, policy.name.as_str())
    });
    order
}

fn admitted(policy: &PodSecurityPolicy, changes: Changes, pass: Pass) -> Decision {
    let name = policy.name.clone();
    let (annotation, audit) = match pass {
        Pass::Mutating => (Some((ADMITTED_BY, name.clone())), "podsecuritypolicy.policy.k8s.io/admit-policy"),
        Pass::Validating => (None, "podsecuritypolicy.policy.k8s.io/validate-policy"),
    };
    Decision::Admitted(Admission { audit: (audit, name.clone()), policy: name, changes, annotation })
}

fn denied(violations: Vec<(&PodSecurityPolicy, Vec<Violation>)>, request: &Request<'_>) -> Decision {
    let mut usable: Vec<_> = violations.into_iter().filter(|(p, _)| (request.authorized)(&p.name)).collect();
    usable.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    let violations: Vec<Violation> = usable.into_iter().flat_map(|(_, found)| found).collect();
    let verb = match request.pass {
        Pass::Mutating => "admit",
        Pass::Validating => "validate",
    };
    let list: Vec<String> = violations.iter().map(Violation::to_string).collect();
    let text = format!("PodSecurityPolicy: unable to {verb} pod: [{}]", list.join(" "));
    Decision::Denied(Denial { violations, text })
}
