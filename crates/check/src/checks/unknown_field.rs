//! `unknown-field`: a field that Kubernetes does not have there.
use object::schema::{Kind, Type, named};

use crate::fields::{self, Then, is_security_field};
use crate::prelude::*;
use policy::distance;

pub(crate) const CHECK: Check = Check {
    id: "unknown-field",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    profile: None,
    page: include_str!("unknown_field.md"),
    run: Run::Object(unknown_field),
};

fn unknown_field(object: &Object, out: &mut Findings<'_>) {
    // The table has these; older groups had other fields and are served no more.
    let version = object.id().api_version.as_str();
    if !matches!(version, "v1" | "apps/v1" | "batch/v1" | "batch/v1beta1") {
        return;
    }
    fields::of_object(object, &mut |seen| {
        let Some(holder) = seen.holds() else { return Then::Inside };
        for (key, value) in seen.node.entries() {
            let name = key.text().unwrap_or_default();
            // `$patch: delete` is a word of kubectl and kustomize in a patch, which is no whole object.
            if holder.field(name).is_some() || name.starts_with('$') {
                continue;
            }
            let (hint, meant) = meant(holder, name);
            let site = object.site(value, "");
            let message = format!("unknown field `{}`: {hint}", site.field);
            let flag = out.flag(site, message);
            if !meant.is_some_and(|(holder, name)| is_security_field(holder, name)) && !is_context(holder) {
                flag.severity(Severity::Medium);
            }
        }
        Then::Inside
    });
}

/// Whether every field of the type is about security, so that any unknown one was meant to be.
fn is_context(holder: &Type) -> bool {
    is_security_field(holder, "")
}

type Meant = Option<(&'static Type, &'static str)>;

/// Where fields that stand in one type mostly belong instead, and how the place is called.
const ELSEWHERE: [(&str, &[(&str, &str)]); 8] = [
    (
        "Container",
        &[
            ("SecurityContext", "it belongs to the container's `securityContext`"),
            ("PodSpec", "it belongs to the pod's `spec`"),
            ("PodSecurityContext", "it belongs to the pod's `securityContext`"),
            ("Capabilities", "it belongs to `securityContext.capabilities`"),
        ],
    ),
    (
        "EphemeralContainer",
        &[
            ("SecurityContext", "it belongs to the container's `securityContext`"),
            ("PodSpec", "it belongs to the pod's `spec`"),
            ("PodSecurityContext", "it belongs to the pod's `securityContext`"),
        ],
    ),
    (
        "PodSpec",
        &[
            ("PodSecurityContext", "it belongs to the pod's `securityContext`"),
            ("SecurityContext", "it belongs to a container's `securityContext`"),
            ("Container", "it belongs to a container"),
            ("Affinity", "it belongs to `affinity`"),
            ("Volume", "it belongs to an item of `volumes`"),
        ],
    ),
    (
        "PodSecurityContext",
        &[
            ("SecurityContext", "it belongs to the `securityContext` of each container"),
            ("PodSpec", "it belongs to the pod's `spec`"),
            ("Capabilities", "it belongs to `securityContext.capabilities` of each container"),
        ],
    ),
    (
        "SecurityContext",
        &[
            ("PodSecurityContext", "it belongs to the pod's `securityContext`"),
            ("PodSpec", "it belongs to the pod's `spec`"),
            ("Capabilities", "it belongs to `capabilities`"),
            ("SELinuxOptions", "it belongs to `seLinuxOptions`"),
        ],
    ),
    (
        "Capabilities",
        &[
            ("SecurityContext", "it belongs to `securityContext`"),
            ("PodSpec", "it belongs to the pod's `spec`"),
        ],
    ),
    ("Volume", &[("VolumeMount", "it belongs to an item of a container's `volumeMounts`")]),
    ("VolumeMount", &[("Volume", "it belongs to an item of the pod's `volumes`")]),
];

/// The same for objects and templates, whatever their kind.
const AROUND_PODS: [(&str, &str); 4] = [
    ("PodSpec", "it belongs to the pod's `spec`"),
    ("PodSecurityContext", "it belongs to the pod's `securityContext`"),
    ("SecurityContext", "it belongs to a container's `securityContext`"),
    ("ObjectMeta", "it belongs to `metadata`"),
];

/// Names that so many types have that they say nothing about the place.
const COMMON: [&str; 8] = ["name", "namespace", "type", "path", "key", "value", "user", "items"];

/// What was most likely meant, in words and as a field.
fn meant(holder: &'static Type, name: &str) -> (String, Meant) {
    if let Some(field) = near(holder, name, 0) {
        return (format!("it is spelt `{field}`"), Some((holder, field)));
    }
    let places = ELSEWHERE.iter().find(|(at, _)| *at == holder.name).map(|(_, places)| *places);
    let is_around = holder.name.ends_with("Spec") || holder.field("spec").is_some();
    let places = places.unwrap_or(if is_around { &AROUND_PODS } else { &[] });
    for (place, words) in places.iter().filter(|_| !COMMON.contains(&name)) {
        if let Some((elsewhere, field)) = named(place).and_then(|t| Some((t, near(t, name, 0)?))) {
            let spelt = if field == name { String::new() } else { format!(" as `{field}`") };
            return (format!("{words}{spelt}"), Some((elsewhere, field)));
        }
    }
    if let Some((child, inner, field)) = child_with(holder, name) {
        return (format!("it belongs to `{child}`"), Some((inner, field)));
    }
    if let Some(field) = near(holder, name, 2) {
        return (format!("is `{field}` meant?"), Some((holder, field)));
    }
    ("the API server refuses or drops it".to_owned(), None)
}

/// The field of a type that a name means if up to `slips` letters are wrong, case aside.
fn near(holder: &'static Type, name: &str, slips: usize) -> Option<&'static str> {
    let plain = |text: &str| text.replace(['_', '-'], "").to_ascii_lowercase();
    let wanted = plain(name);
    let allowed = slips.min(wanted.len() / 4);
    let fields = holder.fields().filter_map(|field| {
        // Looked at in full only where it can come out right: an object may have any number of wrong keys.
        let candidate = plain(field.name);
        let close = candidate.len().abs_diff(wanted.len()) <= allowed && candidate.len() < 64;
        let far = if close { distance(&wanted, &candidate) } else { usize::MAX };
        (far <= allowed).then_some((far, field.name))
    });
    fields.min().map(|(_, name)| name)
}

/// A field of the type whose own type has a field of that name: `nodeAffinity` belongs to `affinity`.
fn child_with(holder: &'static Type, name: &str) -> Option<(&'static str, &'static Type, &'static str)> {
    if COMMON.contains(&name) || name == "labels" {
        return None;
    }
    let mut children = holder.fields().filter_map(|child| {
        let Kind::Struct(inner) = child.kind else { return None };
        let inner = named(inner)?;
        Some((child.name, inner, inner.field(name)?.name))
    });
    let only = children.next();
    only.filter(|_| children.next().is_none())
}
