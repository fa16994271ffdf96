//! `runAsNonRoot` and `runAsUser`.

use object::{Node, Pod};

use super::{Refusal, Who};

pub(crate) fn non_root<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let path = "securityContext.runAsNonRoot";
    let (mut saying_no, mut silent) = (Who::default(), Who::default());
    let of_pod = pod.at(path).and_then(Node::bool);
    if of_pod == Some(false) {
        saying_no.pod(pod.site(path));
    }
    for container in pod.every_container() {
        match container.at(path).and_then(Node::bool) {
            Some(true) => {}
            Some(false) => saying_no.container(container, container.site(path)),
            None if of_pod == Some(true) => {}
            None => silent.container(container, container.site(path)),
        }
    }
    let (detail, sites) = if !saying_no.is_empty() {
        (format!("{} must not set securityContext.runAsNonRoot=false", saying_no.joined()), saying_no.sites)
    } else if !silent.is_empty() {
        (format!("pod or {} must set securityContext.runAsNonRoot=true", silent.named()), silent.sites)
    } else {
        return None;
    };
    Some(Refusal { reason: "runAsNonRoot != true", detail, sites })
}

/// From 1.35 root inside a user namespace of its own passes.
pub(crate) fn non_root_1_35<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    if pod.has_user_namespace() { None } else { non_root(pod) }
}

pub(crate) fn user<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let path = "securityContext.runAsUser";
    let mut who = Who::default();
    if pod.at(path).and_then(Node::int) == Some(0) {
        who.pod(pod.site(path));
    }
    for container in pod.every_container() {
        if container.at(path).and_then(Node::int) == Some(0) {
            who.container(container, container.site(path));
        }
    }
    (!who.is_empty()).then(|| Refusal {
        reason: "runAsUser=0",
        detail: format!("{} must not set runAsUser=0", who.joined()),
        sites: who.sites,
    })
}

/// From 1.35 root inside a user namespace of its own passes.
pub(crate) fn user_1_35<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    if pod.has_user_namespace() { None } else { user(pod) }
}
