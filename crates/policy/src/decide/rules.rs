//! What do the checks of a policy say, and how much does it weigh?

use std::collections::BTreeSet;

use finding::Finding;
use object::{Node, Object, Version};

use super::pod_security::{IGNORED, is_exempt};
use super::{Lookup, Rules, Verdict, exempt, update};
use crate::Date;
use crate::document::{Mode, Policy, Untrusted, Waiver};
use crate::request::{Operation, Request};

/// Findings that one message names; the rest is a number.
const NAMED: usize = 10;

/// The checks that an image of another registry fails.
pub const REGISTRY: [&str; 2] = ["image-registry-not-allowed", "image-volume-registry-not-allowed"];

pub(super) fn judge(
    rules: &dyn Rules,
    policy: &Policy,
    request: &Request,
    lookup: &dyn Lookup,
    version: Version,
    verdict: &mut Verdict,
) {
    let Some(object) = subject(request) else { return };
    let reason =
        exempt::by_request(policy, request).or_else(|| is_exempt(policy, object).then_some("runtimeClass"));
    if let Some(why) = reason {
        if !verdict.audit.iter().any(|(key, _)| *key == "exempt") {
            verdict.audit.push(("exempt", why.to_owned()));
        }
        return;
    }
    let mut findings = rules.judge(object, lookup.inventory());
    findings.retain(|finding| {
        !is_contained(finding, policy, object, version)
            && !is_waived(finding, policy, (request, lookup.today()), verdict)
    });
    if findings.is_empty() {
        return;
    }
    let known = known_before(rules, request, lookup);
    let most = if carries_pods(object, version) { Mode::Warn } else { Mode::Enforce };
    let (mut refused, mut warned, mut logged) = (Vec::new(), Vec::new(), Vec::new());
    for finding in &findings {
        let Some(mode) = policy.checks.get(finding.id).copied() else { continue };
        let text = line(finding);
        // An update is refused for what it brings, not for what it finds.
        let most = if known.contains(&(finding.id, text.clone())) { Mode::Warn } else { most };
        verdict.said.push((finding.id, mode.min(most)));
        match mode.min(most) {
            Mode::Enforce => refused.push(text),
            Mode::Warn => warned.push(text),
            Mode::Audit => logged.push(text),
        }
    }
    let name = &policy.name;
    if !logged.is_empty() || !warned.is_empty() || !refused.is_empty() {
        let all: Vec<String> = [refused.as_slice(), &warned, &logged].concat();
        verdict.audit.push(("policy-violations", format!("Policy \"{name}\": {}", several(&all))));
    }
    if !warned.is_empty() {
        verdict.warnings.push(format!("would violate Policy \"{name}\": {}", several(&warned)));
    }
    if !refused.is_empty() {
        verdict.forbid(format!("violates Policy \"{name}\": {}", several(&refused)));
    }
}

/// The object to judge, if the request says anything new about it.
fn subject(request: &Request) -> Option<&Object> {
    let object = request.object.as_ref()?;
    if !request.is_about("", "pods") {
        return Some(object).filter(|_| request.subresource.is_empty());
    }
    if IGNORED.contains(&request.subresource.as_str()) {
        return None;
    }
    match (&request.old, request.operation) {
        (Some(old), Operation::Update) => Some(object).filter(|object| update::is_significant(object, old)),
        _ => Some(object),
    }
}

/// A workload is warned about, as in Pod Security admission: it is its pods that are refused.
fn carries_pods(object: &Object, version: Version) -> bool {
    object.pods(version).next().is_some_and(|pod| !pod.is_bare())
}

/// What was wrong before an update of anything but a pod.
fn known_before(
    rules: &dyn Rules,
    request: &Request,
    lookup: &dyn Lookup,
) -> BTreeSet<(&'static str, String)> {
    let is_update = request.operation == Operation::Update && !request.is_about("", "pods");
    let old = request.old.as_ref().filter(|_| is_update);
    let findings = old.map(|old| rules.judge(old, lookup.inventory())).unwrap_or_default();
    findings.iter().map(|finding| (finding.id, line(finding))).collect()
}

/// An image from elsewhere is fine where it runs in the sandbox that the policy names.
fn is_contained(finding: &Finding, policy: &Policy, object: &Object, version: Version) -> bool {
    let Untrusted::RuntimeClass(wanted) = &policy.untrusted else { return false };
    let class = |pod: object::Pod<'_>| pod.at("runtimeClassName").and_then(Node::str).map(str::to_owned);
    REGISTRY.contains(&finding.id) && object.pods(version).all(|pod| class(pod).as_ref() == Some(wanted))
}

fn is_waived(
    finding: &Finding,
    policy: &Policy,
    (request, today): (&Request, Option<Date>),
    verdict: &mut Verdict,
) -> bool {
    let Some(waiver) = waiver(finding.id, policy, request, today) else { return false };
    let text = format!("{} until {} by {}: {}", waiver.check, waiver.expires, waiver.owner, waiver.reason);
    verdict.audit.push(("waived", finding::visible(&text).into_owned()));
    true
}

/// The waiver of a policy that covers a check on the object of a request.
pub(super) fn waiver<'p>(
    check: &str,
    policy: &'p Policy,
    request: &Request,
    today: Option<Date>,
) -> Option<&'p Waiver> {
    let holds = |waiver: &&Waiver| waiver.check == check && today.is_none_or(|today| today <= waiver.expires);
    let mut waivers = policy.waivers.iter().filter(holds).peekable();
    waivers.peek()?;
    let names = exempt::names_of(request);
    let takes = |waiver: &Waiver, kind: &str, name: &str| waiver.object.takes(kind, &request.namespace, name);
    waivers.find(|waiver| names.iter().any(|(kind, name)| takes(waiver, kind, name)))
}

/// Rule, field and what is wrong, in one line.
fn line(finding: &Finding) -> String {
    let text = match finding.field.as_str() {
        "" => format!("{}: {}", finding.id, finding.message),
        field => format!("{}: {field}: {}", finding.id, finding.message),
    };
    finding::visible(&text).into_owned()
}

fn several(lines: &[String]) -> String {
    let named = lines.get(..NAMED).unwrap_or(lines).join(", ");
    match lines.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named}, and {more} more"),
    }
}
