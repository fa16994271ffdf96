//! `seccompProfile_baseline` and `seccompProfile_restricted`: annotations up to 1.18, fields from 1.19.

use std::collections::BTreeSet;

use object::{Node, Pod};

use super::{Refusal, Who, annotations, go_quoted, plural, quoted, set};

const POD_ANNOTATION: &str = "seccomp.security.alpha.kubernetes.io/pod";
const CONTAINER_ANNOTATION: &str = "container.seccomp.security.alpha.kubernetes.io/";
const FIELD: &str = "securityContext.seccompProfile";
const TYPE: &str = "securityContext.seccompProfile.type";

pub(crate) fn v1_0<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let of_pod = annotations(pod, POD_ANNOTATION).remove_entry(POD_ANNOTATION);
    // An annotation for a container that does not exist is nobody's.
    let mut of_containers = annotations(pod, CONTAINER_ANNOTATION);
    let names: BTreeSet<&str> = pod.every_container().map(|container| container.name).collect();
    of_containers.retain(|key, _| names.contains(key.get(CONTAINER_ANNOTATION.len()..).unwrap_or_default()));
    let (mut forbidden, mut sites) = (Vec::new(), Vec::new());
    for (key, node) in of_pod.into_iter().chain(of_containers) {
        let value = node.str().unwrap_or_default();
        if !matches!(value, "runtime/default" | "docker/default") && !value.starts_with("localhost/") {
            forbidden.push(format!("{key}={}", go_quoted(value)));
            sites.push(pod.site_of(node));
        }
    }
    let forbidden = set(forbidden);
    (!forbidden.is_empty()).then(|| Refusal {
        reason: "seccompProfile",
        detail: format!(
            "{} {}",
            plural("forbidden annotation", "forbidden annotations", forbidden.len()),
            forbidden.join(", ")
        ),
        sites,
    })
}

pub(crate) fn baseline<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let bad = Fields::of(pod);
    (!bad.setting.is_empty()).then(|| bad.refuse_values())
}

pub(crate) fn restricted<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let bad = Fields::of(pod);
    if !bad.setting.is_empty() {
        return Some(bad.refuse_values());
    }
    (!bad.silent.is_empty()).then(|| Refusal {
        reason: "seccompProfile",
        detail: format!(
            r#"pod or {} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost""#,
            bad.silent.named()
        ),
        sites: bad.silent.sites,
    })
}

pub(crate) fn restricted_1_25<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    if pod.is_windows() { None } else { restricted(pod) }
}

struct Fields<'a> {
    /// Who sets a type outside the standard.
    setting: Who<'a>,
    values: Vec<&'a str>,
    /// Which containers end up with no profile at all.
    silent: Who<'a>,
}

impl<'a> Fields<'a> {
    fn of(pod: &Pod<'a>) -> Self {
        let mut fields = Self { setting: Who::default(), values: Vec::new(), silent: Who::default() };
        let of_pod = pod.at(FIELD).map(judge);
        if let Some(Err(value)) = of_pod {
            fields.setting.pod(pod.site(TYPE));
            fields.values.push(value);
        }
        for container in pod.every_container() {
            match container.at(FIELD).map(judge) {
                Some(Ok(())) => {}
                Some(Err(value)) => {
                    fields.setting.container(container, container.site(TYPE));
                    fields.values.push(value);
                }
                None if of_pod == Some(Ok(())) => {}
                None => fields.silent.container(container, container.site(TYPE)),
            }
        }
        fields
    }

    fn refuse_values(self) -> Refusal<'a> {
        Refusal {
            reason: "seccompProfile",
            detail: format!(
                "{} must not set securityContext.seccompProfile.type to {}",
                self.setting.joined(),
                quoted(&set(self.values))
            ),
            sites: self.setting.sites,
        }
    }
}

/// The type of a profile, unless it is one of the standard's; a profile without a type reads as `""`.
fn judge(profile: Node<'_>) -> Result<(), &str> {
    match profile.get("type").and_then(Node::str).unwrap_or_default() {
        "RuntimeDefault" | "Localhost" => Ok(()),
        other => Err(other),
    }
}
