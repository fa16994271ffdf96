//! `sysctls`: names compared as written; the `/` form fails although the kubelet accepts it.

use object::{Node, Pod, Version, v};

use super::Refusal;
use crate::pod_security::safe_sysctls;

pub(crate) fn v1_0<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    check(pod, v(1, 0))
}

pub(crate) fn v1_27<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    check(pod, v(1, 27))
}

pub(crate) fn v1_29<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    check(pod, v(1, 29))
}

pub(crate) fn v1_32<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    check(pod, v(1, 32))
}

pub(crate) fn v1_37<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    check(pod, v(1, 37))
}

fn check<'a>(pod: &Pod<'a>, version: Version) -> Option<Refusal<'a>> {
    let (mut names, mut sites) = (Vec::new(), Vec::new());
    for sysctl in pod.at("securityContext.sysctls").into_iter().flat_map(Node::items) {
        let name = sysctl.get("name").and_then(Node::str).unwrap_or_default();
        if !safe_sysctls(version).any(|safe| safe == name) {
            names.push(name);
            sites.push(pod.site_of(sysctl));
        }
    }
    (!names.is_empty()).then(|| Refusal { reason: "forbidden sysctls", detail: names.join(", "), sites })
}
