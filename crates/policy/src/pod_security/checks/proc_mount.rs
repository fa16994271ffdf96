//! `procMount` and `procMount_restricted`.

use object::Pod;

use super::{Refusal, Who, quoted, set};

pub(crate) fn strict<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let (mut who, mut values) = (Who::default(), Vec::new());
    for container in pod.every_container() {
        let path = "securityContext.procMount";
        let value = container.at(path).map(|node| node.str().unwrap_or_default());
        if let Some(value) = value.filter(|value| *value != "Default") {
            who.container(container, container.site(path));
            values.push(value);
        }
    }
    (!who.is_empty()).then(|| Refusal {
        reason: "procMount",
        detail: format!("{} must not set securityContext.procMount to {}", who.named(), quoted(&set(values))),
        sites: who.sites,
    })
}

/// From 1.35 a pod with a user namespace of its own may mount `/proc` as it likes.
pub(crate) fn relaxed<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    if pod.has_user_namespace() { None } else { strict(pod) }
}
