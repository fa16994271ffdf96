//! `windowsHostProcess`.

use object::{Node, Pod};

use super::{Refusal, Who};

pub(crate) fn host_process<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let path = "securityContext.windowsOptions.hostProcess";
    let mut who = Who::default();
    if pod.is_set(path) {
        who.pod(pod.site(path));
    }
    for container in pod.every_container() {
        if container.at(path).and_then(Node::bool) == Some(true) {
            who.container(container, container.site(path));
        }
    }
    (!who.is_empty()).then(|| Refusal {
        reason: "hostProcess",
        detail: format!("{} must not set securityContext.windowsOptions.hostProcess=true", who.joined()),
        sites: who.sites,
    })
}
