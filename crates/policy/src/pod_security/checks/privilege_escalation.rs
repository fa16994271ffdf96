//! `allowPrivilegeEscalation`: false must be written on every container.

use object::{Node, Pod};

use super::{Refusal, Who};

pub(crate) fn v1_8<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let mut who = Who::default();
    for container in pod.every_container() {
        let path = "securityContext.allowPrivilegeEscalation";
        if container.at(path).and_then(Node::bool) != Some(false) {
            who.container(container, container.site(path));
        }
    }
    (!who.is_empty()).then(|| Refusal {
        reason: "allowPrivilegeEscalation != false",
        detail: format!("{} must set securityContext.allowPrivilegeEscalation=false", who.named()),
        sites: who.sites,
    })
}

pub(crate) fn v1_25<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    if pod.is_windows() { None } else { v1_8(pod) }
}
