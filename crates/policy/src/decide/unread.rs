//! Is there anything to judge at all? What no API server would decode is no reason to let it in.
//!
//! The Pod Security Standards have their own steps for it, which are upstream's (`pod_security.rs`).

use super::pod_security::IGNORED;
use super::{Denial, Ready, Verdict, exempt, makes_pods};
use crate::document::Mode;
use crate::request::{Operation, Request};
use crate::response::Status;

/// Refuses what cannot be read, if the policy would refuse at all; a workload is never refused.
pub(super) fn refuse(ready: &Ready, request: &Request, verdict: &mut Verdict) {
    let policy = &ready.policy;
    let own =
        policy.mode == Mode::Enforce && (policy.pod_security_policies.is_some() || policy.defaults.any());
    let refuses = own || policy.checks.values().any(|mode| *mode == Mode::Enforce);
    let is_spoken_of = refuses || ready.rules.is_some() || policy.pod_security_policies.is_some();
    if !is_spoken_of || !is_judged(request) || exempt::by_request(policy, request).is_some() {
        return;
    }
    let Some((what, why)) = fault(request) else { return };
    if !verdict.audit.iter().any(|(key, _)| *key == "error") {
        verdict.audit.push(("error", format!("{what}: {why}")));
    }
    if refuses && !makes_pods(request) && verdict.denied.is_none() {
        verdict.denied = Some(Denial::Status(Status::bad_request(what)));
    }
}

/// Whether the object as it will be is what the request is about.
fn is_judged(request: &Request) -> bool {
    match (request.operation, request.subresource.as_str()) {
        (Operation::Delete | Operation::Connect, _) => false,
        (_, "") => true,
        (_, subresource) => request.is_about("", "pods") && !IGNORED.contains(&subresource),
    }
}

/// What is wrong, in the words of Pod Security admission, and why.
fn fault(request: &Request) -> Option<(&'static str, String)> {
    if let Some(why) = &request.undecoded.object {
        return Some(("failed to decode object", why.clone()));
    }
    let Some(object) = &request.object else {
        return Some(("failed to decode object", "there is none".to_owned()));
    };
    let is_pod = object.kind() == "Pod" && object.group().is_empty();
    let is_other = request.is_about("", "pods") && !is_pod;
    is_other.then(|| ("failed to decode pod", format!("this is a {}", object.kind())))
}
