//! Whom and what does a policy leave alone?

use object::{Node, Object};

use crate::document::Policy;
use crate::request::Request;

/// The whole name of the user, the namespace or the RuntimeClass is listed; an empty one never is.
pub(super) fn is_listed(name: &str, list: &[String]) -> bool {
    !name.is_empty() && list.iter().any(|listed| listed == name)
}

/// Why the request is left alone before its object is looked at.
pub(super) fn by_request(policy: &Policy, request: &Request) -> Option<&'static str> {
    if is_listed(&request.namespace, &policy.exemptions.namespaces) {
        return Some("namespace");
    }
    is_listed(&request.user.name, &policy.exemptions.usernames).then_some("user")
}

/// Whether one of the objects that are left alone is meant.
pub(super) fn by_object(policy: &Policy, request: &Request) -> bool {
    let patterns = &policy.exemptions.objects;
    if patterns.is_empty() {
        return false;
    }
    let names = names_of(request);
    let takes = |kind: &str, name: &str| patterns.iter().any(|own| own.takes(kind, &request.namespace, name));
    names.iter().any(|(kind, name)| takes(kind, name))
}

/// Service accounts whose word about the owner of a pod is believed: anybody may write `ownerReferences`.
pub const CONTROLLERS: [&str; 6] = [
    "system:kube-controller-manager",
    "system:serviceaccount:kube-system:daemon-set-controller",
    "system:serviceaccount:kube-system:job-controller",
    "system:serviceaccount:kube-system:replicaset-controller",
    "system:serviceaccount:kube-system:replication-controller",
    "system:serviceaccount:kube-system:statefulset-controller",
];

/// Kind and name of the object, and of the workload it was made for.
pub(super) fn names_of(request: &Request) -> Vec<(String, String)> {
    let mut names = vec![(request.kind.name.clone(), request.name.clone())];
    let Some(object) = &request.object else { return names };
    if request.name.is_empty() {
        names.push((request.kind.name.clone(), object.name().to_owned()));
    }
    if CONTROLLERS.contains(&request.user.name.as_str())
        && let Some((kind, name)) = controller(object)
    {
        // A Deployment names its ReplicaSets after itself and the hash that they put on their pods.
        if kind == "ReplicaSet"
            && let Some(hash) = super::label_of(object, "pod-template-hash")
            && let Some(deployment) = name.strip_suffix(hash).and_then(|stem| stem.strip_suffix('-'))
        {
            names.push(("Deployment".to_owned(), deployment.to_owned()));
        }
        // A CronJob names its Jobs after itself and the minute they were due.
        if kind == "Job"
            && let Some((cron_job, minute)) = name.rsplit_once('-')
            && minute.bytes().all(|byte| byte.is_ascii_digit())
        {
            names.push(("CronJob".to_owned(), cron_job.to_owned()));
        }
        names.push((kind.to_owned(), name.to_owned()));
    }
    names
}

fn controller(object: &Object) -> Option<(&str, &str)> {
    let owners = object.root().at("metadata.ownerReferences")?;
    let owner = owners.items().find(|owner| owner.get("controller").and_then(Node::bool) == Some(true))?;
    Some((owner.get("kind")?.str()?, owner.get("name")?.str()?))
}
