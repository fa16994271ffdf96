//! May a namespace have these labels, and what would become of the pods in it?
//!
//! `k8s.io/pod-security-admission` (`ValidateNamespace`, `EvaluatePodsInNamespace`).

use std::collections::{BTreeMap, BTreeSet};

use object::{Node, Object, Pod, Version};

use super::labels::{LabelError, Levels, Standard, aggregate};
use super::{Denial, Labels, Lookup, Pods, Verdict, exempt};
use crate::document::Policy;
use crate::pod_security::quote::go_quoted;
use crate::pod_security::{Level, evaluate};
use crate::request::{Operation, Request};
use crate::response::Status;

/// Pods that are looked at when a namespace asks for more.
pub const PODS: usize = 3000;

pub(super) fn judge(
    defaults: Levels,
    policy: &Policy,
    request: &Request,
    lookup: &dyn Lookup,
    release: Version,
    verdict: &mut Verdict,
) {
    let Some(new) =
        namespace(request.object.as_ref(), request.undecoded.object.as_ref(), Which::New, verdict)
    else {
        return;
    };
    let (levels, errors) = defaults.labelled(&new);
    if request.operation == Operation::Create {
        if !errors.is_empty() {
            verdict.denied = Some(invalid(request, &errors));
        } else if exempt::is_listed(&request.namespace, &policy.exemptions.namespaces) {
            verdict.warnings.extend(ignored(request, &levels, &defaults, &new));
        }
        return;
    }
    let Some(old) = namespace(request.old.as_ref(), request.undecoded.old.as_ref(), Which::Old, verdict)
    else {
        return;
    };
    let (before, errors_before) = defaults.labelled(&old);
    if !errors.is_empty() && errors != errors_before {
        verdict.denied = Some(invalid(request, &errors));
        return;
    }
    let (now, then) = (levels.enforce, before.enforce);
    if !asks_for_more(now, then) {
        return;
    }
    if exempt::is_listed(&request.namespace, &policy.exemptions.namespaces) {
        verdict.warnings.extend(ignored(request, &levels, &defaults, &new));
    } else {
        verdict.warnings.extend(pods(request, (now, release), policy, lookup));
    }
}

fn asks_for_more(now: Standard, then: Standard) -> bool {
    let relaxed = now.version == then.version && now.level <= then.level;
    now != then && now.level != Level::Privileged && !relaxed
}

/// Whether the pods of the namespace will be looked at.
pub(super) fn looks_at_pods(defaults: Levels, policy: &Policy, request: &Request) -> bool {
    let (Some(new), Some(old)) = (&request.object, &request.old) else { return false };
    let levels = |object: &Object| defaults.labelled(&labels(object)).0.enforce;
    request.operation == Operation::Update
        && !exempt::is_listed(&request.namespace, &policy.exemptions.namespaces)
        && asks_for_more(levels(new), levels(old))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    New,
    Old,
}

/// The labels of a namespace of the request, or why there are none.
fn namespace(
    object: Option<&Object>,
    undecoded: Option<&String>,
    which: Which,
    verdict: &mut Verdict,
) -> Option<Labels> {
    // Upstream writes two blanks before `old`; whoever compares logs will look for them.
    let which = if which == Which::New { "" } else { " old " };
    let object = object.filter(|object| object.kind() == "Namespace" && object.group().is_empty());
    let message = match (object, undecoded) {
        (Some(object), None) => return Some(labels(object)),
        (_, Some(_)) => format!("failed to decode {which}object"),
        (None, None) => format!("failed to decode {which}namespace"),
    };
    let text = undecoded.map_or_else(|| message.clone(), |why| format!("{message}: {why}"));
    verdict.audit.push(("error", text));
    verdict.denied = Some(Denial::Status(Status::bad_request(message)));
    None
}

/// The labels of an object.
pub(super) fn labels(object: &Object) -> Labels {
    let entries = object.at("metadata.labels").into_iter().flat_map(Node::entries);
    entries
        .map(|(key, value)| (key.key_text().into_owned(), value.str().unwrap_or_default().to_owned()))
        .collect()
}

fn invalid(request: &Request, errors: &[LabelError]) -> Denial {
    Denial::Status(Status::invalid(&request.kind, &request.name, &aggregate(errors)))
}

/// Who labels a namespace that is left alone should know that the labels do nothing.
fn ignored(request: &Request, levels: &Levels, defaults: &Levels, labels: &Labels) -> Option<String> {
    if levels.is_privileged() || levels.is_as_good_as(defaults) {
        return None;
    }
    let name = request.object.as_ref().map_or("", |object| written_name(object));
    Some(format!(
        "namespace {} is exempt from Pod Security, and the policy ({}) will be ignored",
        go_quoted(name),
        levels.set_by(labels)
    ))
}

fn written_name(object: &Object) -> &str {
    object.at("metadata.name").and_then(Node::str).unwrap_or_default()
}

/// What is wrong with the pods that are there already.
fn pods(
    request: &Request,
    (standard, release): (Standard, Version),
    policy: &Policy,
    lookup: &dyn Lookup,
) -> Vec<String> {
    let name = request.object.as_ref().map_or("", |object| written_name(object));
    let Pods::Among(inventory) = lookup.pods() else {
        return vec!["failed to list pods while checking new PodSecurity enforce level".to_owned()];
    };
    let all = in_order(inventory.pods_in(name, Version::NEWEST), policy);
    let (mut checked, total) = (all.len().min(PODS), all.len());
    let mut by_reason: BTreeMap<String, (&str, usize)> = BTreeMap::new();
    for (at, pod) in all.iter().take(PODS).enumerate() {
        let reasons: Vec<&str> =
            evaluate(pod, standard.policy(release)).iter().map(|violation| violation.reason).collect();
        if !reasons.is_empty() {
            let pod_name = written_name(pod.object());
            let (first, count) = by_reason.entry(reasons.join(", ")).or_insert((pod_name, 0));
            *first = (*first).min(pod_name);
            *count += 1;
        }
        if lookup.is_late() {
            checked = at + 1;
            break;
        }
    }
    let mut warnings = Vec::new();
    if checked < total {
        warnings.push(format!(
            "new PodSecurity enforce level only checked against the first {checked} of {total} existing pods"
        ));
    }
    if !by_reason.is_empty() {
        let name = go_quoted(name);
        warnings.push(format!(
            "existing pods in namespace {name} violate the new PodSecurity enforce level \"{standard}\""
        ));
    }
    let mut lines: Vec<String> = by_reason.iter().map(|(why, (pod, count))| line(pod, *count, why)).collect();
    lines.sort();
    warnings.extend(lines);
    warnings
}

fn line(pod: &str, count: usize, why: &str) -> String {
    match count {
        1 => format!("{pod}: {why}"),
        2 => format!("{pod} (and 1 other pod): {why}"),
        count => format!("{pod} (and {} other pods): {why}", count - 1),
    }
}

/// One pod of each controller first, so that a look at some of them is a look at all kinds.
fn in_order<'a>(pods: impl Iterator<Item = Pod<'a>>, policy: &Policy) -> Vec<Pod<'a>> {
    let (mut first, mut more, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for pod in pods.filter(|pod| pod.is_bare()) {
        let class = pod.at("runtimeClassName").and_then(Node::str).unwrap_or_default();
        if exempt::is_listed(class, &policy.exemptions.runtime_classes) {
            continue;
        }
        match controller(pod.object()) {
            Some(uid) if !seen.insert(uid) => more.push(pod),
            _ => first.push(pod),
        }
    }
    first.extend(more);
    first
}

fn controller(pod: &Object) -> Option<&str> {
    let owners = pod.at("metadata.ownerReferences")?;
    let owner = owners.items().find(|owner| owner.get("controller").and_then(Node::bool) == Some(true))?;
    Some(owner.get("uid").and_then(Node::str).unwrap_or_default())
}
