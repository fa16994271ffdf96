//! `privileged`.

use object::Pod;

use super::{Refusal, Who};

pub(crate) fn check<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let mut who = Who::default();
    for container in pod.every_container().filter(|container| container.is_privileged()) {
        who.container(container, container.site("securityContext.privileged"));
    }
    (!who.is_empty()).then(|| Refusal {
        reason: "privileged",
        detail: format!("{} must not set securityContext.privileged=true", who.named()),
        sites: who.sites,
    })
}
