//! What would Pod Security admission say? The order of its steps, and its words.
//!
//! `k8s.io/pod-security-admission`, `admission/admission.go`; held against it, request by request, by
//! `tests/it/admission.rs`.

use object::{Node, Object, Pod, Version};

use super::labels::{LabelError, Levels, Standard, aggregate as aggregate_errors};
use super::{Denial, Lookup, Verdict, exempt, levels_of, makes_pods, namespaces, unknown, update};
use crate::document::{Mode, PodSecurity, Policy};
use crate::pod_security::{Level, Policy as LevelVersion, Violation, aggregate, evaluate};
use crate::request::{Operation, Request};
use crate::response::Status;

/// Subresources of pods that do not change what a pod may do. Any other is judged, known or not.
pub(super) const IGNORED: [&str; 8] =
    ["exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "status"];

/// Whether pods are refused, or only spoken of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Enforce {
    Yes,
    No,
}

pub(super) fn judge(
    standard: &PodSecurity,
    policy: &Policy,
    request: &Request,
    lookup: &dyn Lookup,
    release: Version,
    verdict: &mut Verdict,
) {
    let levels = levels_of(standard, policy.mode);
    if request.is_about("", "namespaces") {
        // A fixed level asks no namespace.
        if let (PodSecurity::Labels { .. }, true) = (standard, request.subresource.is_empty()) {
            namespaces::judge(levels, policy, request, lookup, release, verdict);
        }
        return;
    }
    let enforce = if request.is_about("", "pods") { Enforce::Yes } else { Enforce::No };
    let passed_over = match enforce {
        Enforce::Yes => IGNORED.contains(&request.subresource.as_str()),
        Enforce::No => !makes_pods(request) || !request.subresource.is_empty(),
    };
    if passed_over {
        return;
    }
    if let Some(why) = exempt::by_request(policy, request) {
        verdict.audit.push(("exempt", why.to_owned()));
        return;
    }
    let (levels, errors) = match standard {
        PodSecurity::Fixed(_) => (levels, Vec::new()),
        PodSecurity::Labels { .. } => match lookup.labels(&request.namespace) {
            Some(labels) => levels.labelled(labels),
            None => return unknown_namespace(request, enforce, verdict),
        },
    };
    if errors.is_empty() && nothing_to_do(&levels, enforce, verdict) {
        return;
    }
    let object = match decoded(request, enforce) {
        Ok(Some(object)) => object,
        Ok(None) => return,
        Err(why) => return undecoded(why, enforce, verdict),
    };
    let asked = Asked { levels, errors, enforce, release };
    pod(object, &asked, policy, verdict);
}

/// The standards a pod of the request is held to, each with its weight; nothing is said of `privileged`.
pub(super) fn levels(
    policy: &Policy,
    request: &Request,
    lookup: &dyn Lookup,
    release: Version,
) -> Result<Vec<(Mode, LevelVersion)>, Status> {
    let Some(standard) = &policy.pod_security else { return Ok(Vec::new()) };
    if !request.is_about("", "pods") && !makes_pods(request) {
        return Ok(Vec::new());
    }
    let mut levels = levels_of(standard, policy.mode);
    if let PodSecurity::Labels { .. } = standard {
        let labels = lookup.labels(&request.namespace).ok_or_else(|| unknown(&request.namespace))?;
        (levels, _) = levels.labelled(labels);
    }
    let mut found: Vec<(Mode, LevelVersion)> = Vec::new();
    for (mode, standard) in
        [(Mode::Enforce, levels.enforce), (Mode::Warn, levels.warn), (Mode::Audit, levels.audit)]
    {
        let asked = standard.policy(release);
        if asked.level != Level::Privileged && found.iter().all(|(_, known)| *known != asked) {
            found.push((mode, asked));
        }
    }
    Ok(found)
}

fn nothing_to_do(levels: &Levels, enforce: Enforce, verdict: &mut Verdict) -> bool {
    match enforce {
        Enforce::Yes if levels.is_privileged() => {
            verdict.audit.push(("enforce-policy", "privileged:latest".to_owned()));
            true
        }
        Enforce::Yes => false,
        Enforce::No => levels.warn.level == Level::Privileged && levels.audit.level == Level::Privileged,
    }
}

fn unknown_namespace(request: &Request, enforce: Enforce, verdict: &mut Verdict) {
    let status = unknown(&request.namespace);
    let quoted = crate::pod_security::quote::go_quoted(&request.namespace);
    match enforce {
        Enforce::Yes => {
            verdict.audit.push(("error", format!("{}: not found", status.message)));
            verdict.denied = Some(Denial::Status(status));
        }
        Enforce::No => {
            verdict.audit.push(("error", format!("failed to lookup namespace {quoted}: not found")));
        }
    }
}

/// The object to judge; none where the change does not matter.
fn decoded(request: &Request, enforce: Enforce) -> Result<Option<&Object>, Undecoded> {
    let bad = |what: &'static str, why: &Option<String>| Undecoded { what, why: why.clone() };
    if request.undecoded.object.is_some() {
        return Err(bad("failed to decode object", &request.undecoded.object));
    }
    let is_pod = |object: &&Object| object.kind() == "Pod" && object.group().is_empty();
    let Some(object) = request.object.as_ref().filter(|object| enforce == Enforce::No || is_pod(object))
    else {
        return Err(bad("failed to decode pod", &None));
    };
    if enforce == Enforce::No || request.operation != Operation::Update {
        return Ok(Some(object));
    }
    if request.undecoded.old.is_some() {
        return Err(bad("failed to decode old object", &request.undecoded.old));
    }
    match request.old.as_ref().filter(is_pod) {
        Some(old) => Ok(Some(object).filter(|object| update::is_significant(object, old))),
        None => Err(bad("failed to decode old pod", &None)),
    }
}

struct Undecoded {
    what: &'static str,
    why: Option<String>,
}

fn undecoded(Undecoded { what, why }: Undecoded, enforce: Enforce, verdict: &mut Verdict) {
    match enforce {
        Enforce::Yes => {
            let text = why.map_or_else(|| what.to_owned(), |why| format!("{what}: {why}"));
            verdict.audit.push(("error", text));
            verdict.denied = Some(Denial::Status(Status::bad_request(what)));
        }
        Enforce::No => {
            let why = why.unwrap_or_else(|| "no object".to_owned());
            verdict.audit.push(("error", format!("failed to decode object: {why}")));
        }
    }
}

/// The RuntimeClass of the pod is one that is left alone; of a controller that of its template.
pub(super) fn is_exempt(policy: &Policy, object: &Object) -> bool {
    let class =
        object.pods(Version::NEWEST).next().and_then(|pod| pod.at("runtimeClassName")).and_then(Node::str);
    class.is_some_and(|class| exempt::is_listed(class, &policy.exemptions.runtime_classes))
}

/// What a pod is held to.
struct Asked {
    levels: Levels,
    errors: Vec<LabelError>,
    enforce: Enforce,
    release: Version,
}

fn pod(object: &Object, asked: &Asked, policy: &Policy, verdict: &mut Verdict) {
    let Asked { levels, errors, enforce, release } = asked;
    let (enforce, release) = (*enforce, *release);
    if is_exempt(policy, object) {
        verdict.audit.push(("exempt", "runtimeClass".to_owned()));
        return;
    }
    // A ReplicationController may have no template at all.
    let pod = object.pods(Version::NEWEST).next();
    if pod.is_none() && enforce == Enforce::No {
        return;
    }
    if !errors.is_empty() {
        verdict.audit.push(("error", format!("Failed to parse policy: {}", aggregate_errors(errors))));
    }
    let mut known = Known { pod, release, texts: Vec::new() };
    if enforce == Enforce::Yes {
        verdict.audit.push(("enforce-policy", levels.enforce.to_string()));
        let why = known.violations(levels.enforce);
        if !why.is_empty() {
            let text = format!("violates PodSecurity \"{}\": {why}", levels.enforce);
            verdict.said.extend(known.rules(levels.enforce, Mode::Enforce));
            verdict.denied = Some(Denial::Forbidden(text));
        }
    }
    let would = |standard: Standard, why: &str| format!("would violate PodSecurity \"{standard}\": {why}");
    let why = known.violations(levels.audit);
    if !why.is_empty() {
        verdict.said.extend(known.rules(levels.audit, Mode::Audit));
        verdict.audit.push(("audit-violations", would(levels.audit, &why)));
    }
    if verdict.denied.is_some() {
        return;
    }
    let why = known.violations(levels.warn);
    if !why.is_empty() {
        verdict.said.extend(known.rules(levels.warn, Mode::Warn));
        verdict.warnings.push(would(levels.warn, &why));
    }
}

/// The particulars of denials: each standard is asked once.
struct Known<'a> {
    pod: Option<Pod<'a>>,
    release: Version,
    texts: Vec<(Standard, String, Vec<&'static str>)>,
}

impl Known<'_> {
    fn violations(&mut self, standard: Standard) -> String {
        if let Some((_, text, _)) = self.texts.iter().find(|(asked, ..)| *asked == standard) {
            return text.clone();
        }
        let policy = standard.policy(self.release);
        let found: Vec<Violation<'_>> = self.pod.map(|pod| evaluate(&pod, policy)).unwrap_or_default();
        let text = aggregate(&found);
        self.texts.push((standard, text.clone(), found.iter().map(|violation| violation.id).collect()));
        text
    }

    /// The controls of a standard that was asked, as far as they are violated.
    fn rules(&self, standard: Standard, mode: Mode) -> Vec<(&'static str, Mode)> {
        let found = self.texts.iter().filter(|(asked, ..)| *asked == standard);
        found.flat_map(|(_, _, rules)| rules).map(|rule| (*rule, mode)).collect()
    }
}
