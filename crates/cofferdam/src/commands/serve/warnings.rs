//! What should whoever starts the server know?

use std::sync::Arc;

use admission::Log;
use finding::Source;
use object::{Limits, Object};
use policy::Date;
use policy::decide::{Decider, Facts, Lookup};
use policy::document::Policy;
use policy::request::creation;
use serde_json::json;

/// What is taken, but does not do at the gate what its author may think.
pub(super) fn of(decider: &Decider, facts: &Facts, today: Date) -> Vec<String> {
    let mut said: Vec<String> =
        decider.policies().flat_map(|policy| expired(policy, today).chain(unknowing(policy))).collect();
    said.extend(parameters(decider, facts));
    said.extend(own_pod(decider, facts));
    said
}

/// Parameters come from the objects that were given.
fn parameters(decider: &Decider, facts: &Facts) -> impl Iterator<Item = String> {
    let is_known = |api_version: &str, kind: &str| {
        let mut objects = facts.inventory().objects().iter();
        objects.any(|object| object.kind() == kind && object.id().api_version == api_version)
    };
    let unknown =
        decider.admission_policies().parameters().filter(move |(_, api, kind)| !is_known(api, kind));
    unknown.map(|(policy, _, kind)| {
        format!("`{policy}` has parameters of kind {kind}, and none is known here: give them with --objects")
    })
}

/// The pod that answers could not be made again where its own answer is no.
fn own_pod(decider: &Decider, facts: &Facts) -> Option<String> {
    let name = std::env::var("POD_NAMESPACE").ok().filter(|name| !name.is_empty())?;
    let response = decider.validate(&creation(own_pod_of(&name)?), facts);
    // What could not be decided is no refusal of this pod.
    let status = response.denied.filter(|status| status.code != 500)?;
    Some(format!(
        "a pod like the one of this server would be refused in its namespace `{name}`; keep the namespace out of the \
         webhook configuration, or of the policies: {}",
        status.message
    ))
}

/// The pod of the chart, as far as rules look at it.
fn own_pod_of(namespace: &str) -> Option<Object> {
    let image = std::env::var("POD_IMAGE").unwrap_or_else(|_| format!("cofferdam@sha256:{}", "0".repeat(64)));
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "cofferdam", "namespace": namespace, "labels": {"app.kubernetes.io/name": "cofferdam"}},
        "spec": {
            "serviceAccountName": "cofferdam", "automountServiceAccountToken": true,
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "cofferdam", "image": image,
                "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
                "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
                    "capabilities": {"drop": ["ALL"]}},
                "ports": [{"containerPort": 8443}, {"containerPort": 8080}],
            }],
        },
    });
    let source = Arc::new(Source::file("own pod", pod.to_string()));
    object::read(&source, Limits::default()).objects.into_iter().next()
}

fn expired(policy: &Policy, today: Date) -> impl Iterator<Item = String> {
    let over = policy.waivers.iter().filter(move |waiver| waiver.expires < today);
    over.map(|waiver| {
        let name = &policy.name;
        format!(
            "Policy `{name}`: the waiver of `{}` expired on {}, it waives nothing",
            waiver.check, waiver.expires
        )
    })
}

fn unknowing(policy: &Policy) -> impl Iterator<Item = String> {
    let among = policy.checks.keys().filter_map(|id| Some((id, check::needs(id)?)));
    among.map(|(id, needs)| {
        let (name, kinds) = (&policy.name, needs.kinds);
        let of = if needs.pods_without { " of anything but pods" } else { "" };
        format!(
            "Policy `{name}`: `{id}` looks at {kinds}, which a webhook does not know: here it says nothing{of}, \
             `cofferdam check` does"
        )
    })
}

/// Shown to probes while some of the documents are refused.
pub(super) fn refused(count: usize) -> Option<String> {
    (count > 0).then(|| format!("{count} documents are refused, see the log of the start"))
}

/// Lets a panic say where it happened in the log, and nothing of what it was about.
pub(super) fn on_panic(log: &Arc<Log>) {
    let log = Arc::clone(log);
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map_or_else(|| "somewhere".to_owned(), ToString::to_string);
        log.error("panic", &[("at", &place)]);
    }));
}
