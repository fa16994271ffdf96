//! Which policies are in force, through which bindings, and what keeps the others out?

use std::collections::{BTreeMap, BTreeSet};

use finding::ObjectRef;
use object::{Object, Version};

use super::compile::{Compiled, compile};
use super::environment::Environments;
use super::model::{Binding, FailurePolicy, Family, Place, Policy};
use super::problem::{Problem, Weight};
use super::read::{Document, Documents};

/// A policy that at least one binding puts in force.
#[derive(Debug)]
pub(super) struct Hook {
    pub(super) policy: Policy,
    /// What it does, or why it cannot do it.
    pub(super) compiled: Result<Compiled, String>,
    pub(super) bindings: Vec<Bound>,
}

impl Hook {
    /// Whether the answer depends on what the namespace of the request is like.
    pub(super) fn asks_for_namespace(&self) -> bool {
        let bound = self.bindings.iter().filter_map(|bound| bound.binding.resources.as_ref());
        let mut matches = [&self.policy.constraints].into_iter().chain(bound);
        let programs = self.compiled.as_ref().map(Compiled::programs).unwrap_or_default();
        matches.any(|rules| !rules.namespaces.is_empty())
            || programs.iter().any(|program| program.text.contains("namespaceObject"))
    }
}

/// A binding of the policy.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) binding: Binding,
    /// Why it cannot be used.
    pub(super) fault: Option<String>,
}

const UNREAD: &str = "the policy is not in force: which requests it means cannot be read";
const BINDING_FAULT: &str = "requests that it binds are answered by the failurePolicy of its policy";

impl Hook {
    /// Whether it says of requests what its author wrote.
    pub(super) fn is_sound(&self) -> bool {
        self.compiled.is_ok() && self.bindings.iter().any(|bound| bound.fault.is_none())
    }
}

/// The hooks of both families in the order of the policies' names, and everything that was found wrong.
pub(super) fn hooks(documents: Documents, version: Version) -> (Vec<Hook>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut bound: BTreeMap<(Family, String), Vec<Bound>> = BTreeMap::new();
    for document in first_of_each(
        documents.bindings,
        |binding| (binding.family, &binding.id, &binding.place),
        &mut problems,
    ) {
        let fault = document.problems.first().map(ToString::to_string);
        if let Some(binding) = document.read {
            let key = (binding.family, binding.policy.clone());
            bound.entry(key).or_default().push(Bound { binding, fault });
            problems.extend(with_meanwhile(document.problems, BINDING_FAULT));
        } else {
            problems.extend(with_meanwhile(document.problems, "the binding binds nothing"));
        }
    }
    let known = Environments::new(version);
    let (mut hooks, mut unread) = (Vec::new(), BTreeSet::new());
    let policies = first_of_each(
        documents.policies,
        |policy| (policy.body.family(), &policy.id, &policy.place),
        &mut problems,
    );
    for Document { read, problems: mut faults } in policies {
        let Some(policy) = read else {
            unread.extend(faults.first().map(|fault| (fault.object.kind.clone(), fault.object.name.clone())));
            problems.extend(with_meanwhile(faults, UNREAD));
            continue;
        };
        let compiled = compile(&policy, &known);
        let compiled = compiled.map_err(|issues| faults.extend(issues)).ok().filter(|_| faults.is_empty());
        let bindings = bound.remove(&(policy.body.family(), policy.id.name.clone())).unwrap_or_default();
        let first = faults.first().map(ToString::to_string).unwrap_or_default();
        problems.extend(with_meanwhile(faults, meanwhile(&policy, &bindings)));
        if bindings.is_empty() {
            problems.push(unbound(&policy));
        } else {
            hooks.push(Hook { policy, compiled: compiled.ok_or(first), bindings });
        }
    }
    for Bound { binding, .. } in bound.into_values().flatten() {
        let kind = binding.id.kind.strip_suffix("Binding").unwrap_or_default();
        if !unread.contains(&(kind.to_owned(), binding.policy.clone())) {
            problems.push(without_policy(&binding, kind));
        }
    }
    hooks.sort_by(|a, b| a.policy.id.name.cmp(&b.policy.id.name));
    (hooks, problems)
}

/// Of documents with one name the first one; sorted by name.
///
/// In a cluster the one that is applied last would be in force, but nobody can see from files which that is: a
/// later one that says less would open what the first one closes.
fn first_of_each<T>(
    documents: Vec<Document<T>>,
    key: impl Fn(&T) -> (Family, &ObjectRef, &Place),
    problems: &mut Vec<Problem>,
) -> Vec<Document<T>> {
    let mut named: BTreeMap<(Family, String), Document<T>> = BTreeMap::new();
    let mut nameless = Vec::new();
    for document in documents {
        let Some((family, id, here)) = document.read.as_ref().map(&key) else {
            nameless.push(document);
            continue;
        };
        let own = (family, id.name.clone());
        let first = named.get(&own).and_then(|first| first.read.as_ref()).map(&key);
        if let Some((_, _, first)) = first {
            problems.push(second(id, here, first));
            problems.extend(document.problems);
        } else {
            named.insert(own, document);
        }
    }
    named.into_values().chain(nameless).collect()
}

/// The refusal of a document whose name was taken.
fn second(id: &ObjectRef, here: &Place, first: &Place) -> Problem {
    let (file, place) = first.source.place(first.span.start);
    let message = format!("another of this name stands in {file}:{}: rename or remove one", place.line);
    Problem {
        weight: Weight::Refused,
        meanwhile: Some("the first one alone counts"),
        ..warning(id, here, message)
    }
}

/// What happens to requests that a policy with faults speaks of.
fn meanwhile(policy: &Policy, bindings: &[Bound]) -> &'static str {
    match policy.failure {
        _ if bindings.is_empty() => "nothing changes: no binding puts the policy in force",
        FailurePolicy::Fail => "requests that it speaks of are denied (failurePolicy Fail)",
        FailurePolicy::Ignore => "requests pass as if it were not there (failurePolicy Ignore)",
    }
}

/// Says once a document what holds until it is mended.
fn with_meanwhile(mut problems: Vec<Problem>, meanwhile: &'static str) -> Vec<Problem> {
    if let Some(first) = problems.first_mut() {
        first.meanwhile = Some(meanwhile);
    }
    problems
}

fn unbound(policy: &Policy) -> Problem {
    let message = format!("takes no effect: no {}Binding names it", policy.id.kind);
    warning(&policy.id, &policy.place, message)
}

fn without_policy(binding: &Binding, kind: &str) -> Problem {
    let message = format!("takes no effect: there is no {kind} `{}` among the documents", binding.policy);
    warning(&binding.id, &binding.place, message)
}

fn warning(id: &ObjectRef, place: &Place, message: String) -> Problem {
    Problem {
        weight: Weight::Warning,
        object: id.clone(),
        source: place.source.clone(),
        span: place.span,
        field: String::new(),
        message,
        meanwhile: None,
    }
}

/// The hooks of the objects' policies, for a server of this release.
pub(super) fn load<'a>(
    objects: impl IntoIterator<Item = &'a Object>,
    version: Version,
) -> (Vec<Hook>, Vec<Problem>) {
    hooks(super::read::read(objects), version)
}
