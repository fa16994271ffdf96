//! `capabilities_baseline` and `capabilities_restricted`. Names are compared as written: no `CAP_`, no case.

use object::{Container, Kind, Pod};

use super::{Refusal, Who, quoted, set};

/// The capabilities that baseline lets a container add: those a runtime grants anyway.
pub const BASELINE: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

pub(crate) fn baseline<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let (who, names) = adding(pod, |name| BASELINE.contains(&name));
    (!who.is_empty()).then(|| Refusal {
        reason: "non-default capabilities",
        detail: must_not_include(&who, &names),
        sites: who.sites,
    })
}

pub(crate) fn restricted<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let mut keeping = Who::default();
    for container in pod.every_container() {
        if !names_in(container, "securityContext.capabilities.drop").any(|name| name == "ALL") {
            keeping.container(container, container.site("securityContext.capabilities.drop"));
        }
    }
    let (adding, names) = adding(pod, |name| name == "NET_BIND_SERVICE");
    let mut details = Vec::new();
    if !keeping.is_empty() {
        details.push(format!(r#"{} must set securityContext.capabilities.drop=["ALL"]"#, keeping.named()));
    }
    if !adding.is_empty() {
        details.push(must_not_include(&adding, &names));
    }
    (!details.is_empty()).then(|| Refusal {
        reason: "unrestricted capabilities",
        detail: details.join("; "),
        sites: keeping.sites.into_iter().chain(adding.sites).collect(),
    })
}

pub(crate) fn restricted_1_25<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    if pod.is_windows() { None } else { restricted(pod) }
}

/// The containers that add more than is allowed, and what they add.
fn adding<'a>(pod: &Pod<'a>, allowed: impl Fn(&str) -> bool) -> (Who<'a>, Vec<&'a str>) {
    let (mut who, mut names) = (Who::default(), Vec::new());
    for container in pod.every_container() {
        let before = names.len();
        let path = "securityContext.capabilities.add";
        names.extend(names_in(container, path).filter(|name| !allowed(name)));
        if names.len() > before {
            who.container(container, container.site(path));
        }
    }
    (who, set(names))
}

/// The names of a list. `null` is the empty name to the API server, and no version allows that one.
fn names_in<'a>(container: Container<'a>, path: &str) -> impl Iterator<Item = &'a str> {
    let items = container.at(path).into_iter().flat_map(object::Node::items);
    items.filter_map(|item| item.str().or_else(|| (item.kind() == Kind::Null).then_some("")))
}

fn must_not_include(who: &Who<'_>, names: &[&str]) -> String {
    format!("{} must not include {} in securityContext.capabilities.add", who.named(), quoted(names))
}
