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

/// Who runs all controllers where they have no service accounts of their own.
pub const MANAGER: &str = "system:kube-controller-manager";

/// Service accounts whose word about the owner of a pod is believed, with API version and kind of what they make
/// pods for: anybody may write `ownerReferences`.
pub const CONTROLLERS: [(&str, &str, &str); 5] = [
    ("system:serviceaccount:kube-system:daemon-set-controller", "apps/v1", "DaemonSet"),
    ("system:serviceaccount:kube-system:job-controller", "batch/v1", "Job"),
    ("system:serviceaccount:kube-system:replicaset-controller", "apps/v1", "ReplicaSet"),
    ("system:serviceaccount:kube-system:replication-controller", "v1", "ReplicationController"),
    ("system:serviceaccount:kube-system:statefulset-controller", "apps/v1", "StatefulSet"),
];

/// Kind and name of the object, and of the workload it was made for.
pub(super) fn names_of(request: &Request) -> Vec<(String, String)> {
    let mut names = vec![(request.kind.name.clone(), request.name.clone())];
    let Some(object) = &request.object else { return names };
    if request.name.is_empty() {
        names.push((request.kind.name.clone(), object.name().to_owned()));
    }
    if let Some((kind, name)) = controller(object, &request.user.name) {
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

/// What the object was made for, if it is the controller of such things that makes it.
fn controller<'o>(object: &'o Object, user: &str) -> Option<(&'static str, &'o str)> {
    let owners = object.root().at("metadata.ownerReferences")?;
    let owner = owners.items().find(|owner| owner.get("controller").and_then(Node::bool) == Some(true))?;
    let text = |key: &str| owner.get(key).and_then(Node::str);
    let made_for = (text("apiVersion")?, text("kind")?);
    let (.., kind) = CONTROLLERS.into_iter().find(|(account, api_version, kind)| {
        [MANAGER, account].contains(&user) && made_for == (*api_version, *kind)
    })?;
    Some((kind, text("name")?))
}
