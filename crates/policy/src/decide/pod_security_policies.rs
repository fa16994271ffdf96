//! What do the `PodSecurityPolicies` of a policy say, and how much does it weigh?
//!
//! A policy that refuses lets its `PodSecurityPolicies` change a new pod, as Kubernetes 1.24 did; one that warns or
//! logs changes nothing. A workload is warned about as its pods would be refused.

use object::{Object, Version};

use super::defaults::{concerns, read_again};
use super::{Denial, Lookup, Ready, Remark, Speaker, Verdict, makes_pods};
use crate::cel::kubernetes::{Decision as Right, Question, Resource, Target, User};
use crate::document::Mode;
use crate::pod_security_policy::{
    self, Admission, Decision, Operation as Judged, Pass, PodSecurityPolicy, synced_seccomp,
};
use crate::request::{self, Operation, Request};
use crate::response::Status;
use crate::value;

/// What they go by where rules are counted.
const RULE: &str = "PodSecurityPolicy";

/// Lets the policies that may be used change a new pod, as the mutating pass does.
pub(super) fn mutate(
    ready: &Ready,
    request: &Request,
    lookup: &dyn Lookup,
    version: Version,
    verdict: &mut Verdict,
) -> Result<Option<Request>, Status> {
    let is_new = request.operation == Operation::Create;
    let (true, Mode::Enforce, Some(object)) = (is_new, ready.policy.mode, &request.object) else {
        return Ok(None);
    };
    match ask(ready, request, lookup, version, Pass::Mutating) {
        Some(Ok(Decision::Admitted(admission))) => {
            verdict.audit.push(("admit-policy", admission.policy.clone()));
            changed(&admission, object, version)
                .map(|changed| changed.map(|object| Request { object: Some(object), ..request.clone() }))
        }
        Some(Ok(Decision::Denied(denial))) => {
            verdict.denied = Some(Denial::Forbidden(denial.text));
            Ok(None)
        }
        Some(Err(why)) => {
            verdict.denied = Some(Denial::Status(Status::bad_request(why)));
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// Judges the pod as it goes on, as the validating pass does; other modes and workloads only hear of it.
pub(super) fn validate(
    ready: &Ready,
    request: &Request,
    before: Option<&Verdict>,
    lookup: &dyn Lookup,
    version: Version,
    verdict: &mut Verdict,
) {
    verdict.audit.extend(before.into_iter().flat_map(|before| before.audit.iter().cloned()));
    match before.and_then(|before| before.denied.clone()) {
        Some(Denial::Forbidden(why)) => {
            verdict.said.push((RULE, Mode::Enforce));
            return verdict.forbid(why);
        }
        Some(Denial::Status(status)) => {
            verdict.said.push((RULE, Mode::Enforce));
            verdict.denied = Some(Denial::Status(status));
            return;
        }
        None => {}
    }
    match said(ready, request, lookup, version) {
        Some(Said::Admitted(name)) if ready.policy.mode == Mode::Enforce => {
            verdict.audit.push(("validate-policy", name));
        }
        Some(Said::Refused(mode, text)) => {
            verdict.said.push((RULE, mode));
            let named = format!("would violate Policy \"{}\": {text}", ready.policy.name);
            match mode {
                Mode::Enforce => verdict.forbid(text),
                Mode::Warn => {
                    verdict.audit.push(("policy-violations", named.clone()));
                    verdict.warnings.push(named);
                }
                Mode::Audit => verdict.audit.push(("policy-violations", named)),
            }
        }
        Some(Said::Admitted(_)) | None => {}
    }
}

/// The same for whoever points at it.
pub(super) fn remark(
    ready: &Ready,
    before: Option<&Verdict>,
    request: &Request,
    lookup: &dyn Lookup,
    version: Version,
) -> Option<Remark> {
    let (mode, text) = match before.and_then(|before| before.denied.as_ref()) {
        Some(Denial::Forbidden(why)) => (Mode::Enforce, why.clone()),
        Some(Denial::Status(status)) => (Mode::Enforce, status.message.clone()),
        None => match said(ready, request, lookup, version)? {
            Said::Admitted(_) => return None,
            Said::Refused(mode, text) => (mode, text),
        },
    };
    let text = format!("Policy \"{}\": {text}", ready.policy.name);
    Some(Remark { speaker: Speaker::PodSecurityPolicy, mode, text })
}

enum Said {
    Admitted(String),
    Refused(Mode, String),
}

fn said(ready: &Ready, request: &Request, lookup: &dyn Lookup, version: Version) -> Option<Said> {
    let is_pod = request.is_about("", "pods");
    let most = if is_pod { Mode::Enforce } else { Mode::Warn };
    // What a refusing policy has admitted stays as it is; elsewhere nothing was filled in.
    let filled_in = is_pod && ready.policy.mode == Mode::Enforce;
    let pass = match request.operation {
        Operation::Create | Operation::Update if !is_pod => Pass::Mutating,
        Operation::Create if !filled_in => Pass::Mutating,
        _ => Pass::Validating,
    };
    let mode = ready.policy.mode.min(most);
    match ask(ready, request, lookup, version, pass)? {
        Ok(Decision::Admitted(admission)) => Some(Said::Admitted(admission.policy)),
        Ok(Decision::Denied(denial)) => Some(Said::Refused(mode, denial.text)),
        Ok(Decision::NotJudged) => None,
        Err(why) => Some(Said::Refused(mode, why)),
    }
}

/// Asks the policies, if the request is one for them.
fn ask(
    ready: &Ready,
    request: &Request,
    lookup: &dyn Lookup,
    version: Version,
    pass: Pass,
) -> Option<Result<Decision, String>> {
    let policies: &[PodSecurityPolicy] = ready.policy.pod_security_policies.as_ref()?;
    let is_pod = request.is_about("", "pods");
    let object = request.object.as_ref().filter(|object| concerns(ready, request, object))?;
    if !is_pod && !makes_pods(request) || !request.subresource.is_empty() {
        return None;
    }
    let pod = object.pods(version).next()?;
    let old = request.old.as_ref().and_then(|old| old.pods(version).next());
    let operation = match (request.operation, old) {
        (Operation::Update, Some(old)) if is_pod => Judged::Update { old },
        _ => Judged::Create,
    };
    let account = pod.at("serviceAccountName").and_then(object::Node::str).filter(|name| !name.is_empty());
    let account = request::User::service_account(&request.namespace, account.unwrap_or("default"));
    // Who makes a workload is not who makes its pods.
    let users = if is_pod { vec![account, request.user.clone()] } else { vec![account] };
    let authorized = |name: &str| may_use(name, &users, &request.namespace, lookup);
    let asked =
        pod_security_policy::Request { operation, pass, subresource: "", pod, authorized: &authorized };
    Some(pod_security_policy::decide(policies, &asked).map_err(|error| error.to_string()))
}

/// Whether one of the users may `use` the policy, in either of the groups that had it.
fn may_use(name: &str, users: &[request::User], namespace: &str, lookup: &dyn Lookup) -> bool {
    let Some(authorize) = lookup.authorize() else { return true };
    users.iter().any(|user| {
        let user = User { name: user.name.clone(), uid: user.uid.clone(), groups: user.groups.clone() };
        ["policy", "extensions"].into_iter().any(|group| {
            let resource = Resource {
                group: group.to_owned(),
                resource: "podsecuritypolicies".to_owned(),
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                ..Resource::default()
            };
            let question = Question { user: &user, verb: "use", target: Target::Resource(&resource) };
            authorize(&question).decision == Right::Allow
        })
    })
}

/// The pod as the policy leaves it, and as the API server of 1.24 stored it: a seccomp profile both as a field
/// and as an annotation.
fn changed(admission: &Admission, object: &Object, version: Version) -> Result<Option<Object>, Status> {
    let old = value::of(object.root());
    let mut new = old.clone();
    admission.apply(&mut new);
    let mut object = read_again(&new, object)?;
    let synced = object.pods(version).next().map(synced_seccomp);
    if let Some(Ok(changes)) = synced.filter(|synced| synced.as_ref().is_ok_and(|c| !c.values.is_empty())) {
        changes.apply(&mut new);
        object = read_again(&new, &object)?;
    }
    Ok(Some(object).filter(|_| new != old))
}
