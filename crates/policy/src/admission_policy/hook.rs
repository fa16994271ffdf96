//! Which policies are in force, through which bindings, and what keeps the others out?

use std::collections::BTreeMap;

use object::Object;

use super::compile::{Compiled, compile};
use super::model::{Binding, FailurePolicy, Family, Policy};
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

/// The hooks of both families in the order of the policies' names, and everything that was found wrong.
pub(super) fn hooks(documents: Documents) -> (Vec<Hook>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut bound: BTreeMap<(Family, String), Vec<Bound>> = BTreeMap::new();
    for document in latest(documents.bindings, |binding| (binding.family, &binding.id.name), &mut problems) {
        let fault = document.problems.first().map(ToString::to_string);
        if let Some(binding) = document.read {
            let key = (binding.family, binding.policy.clone());
            bound.entry(key).or_default().push(Bound { binding, fault });
            problems.extend(document.problems);
        } else {
            problems.extend(with_meanwhile(document.problems, "the binding binds nothing"));
        }
    }
    let mut hooks = Vec::new();
    let policies =
        latest(documents.policies, |policy| (policy.body.family(), &policy.id.name), &mut problems);
    for Document { read, problems: mut faults } in policies {
        let Some(policy) = read else {
            problems.extend(with_meanwhile(
                faults,
                "the policy is not in force: which requests it means cannot be read",
            ));
            continue;
        };
        let compiled = compile(&policy);
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
    for bound in bound.into_values().flatten() {
        problems.push(without_policy(&bound.binding));
    }
    hooks.sort_by(|a, b| a.policy.id.name.cmp(&b.policy.id.name));
    (hooks, problems)
}

/// Of documents with one name the last one, as when they are applied in turn; sorted by name.
fn latest<T, K: Ord + Clone>(
    documents: Vec<Document<T>>,
    key: impl Fn(&T) -> (Family, &K),
    problems: &mut Vec<Problem>,
) -> Vec<Document<T>> {
    let mut named: BTreeMap<(Family, K), Document<T>> = BTreeMap::new();
    let mut nameless = Vec::new();
    for document in documents {
        match &document.read {
            Some(read) => {
                let (family, name) = key(read);
                if let Some(earlier) = named.insert((family, name.clone()), document) {
                    problems.extend(earlier.problems);
                }
            }
            None => nameless.push(document),
        }
    }
    named.into_values().chain(nameless).collect()
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

fn without_policy(binding: &Binding) -> Problem {
    let kind = binding.id.kind.strip_suffix("Binding").unwrap_or_default();
    let message = format!("takes no effect: there is no {kind} `{}` among the documents", binding.policy);
    warning(&binding.id, &binding.place, message)
}

fn warning(id: &finding::ObjectRef, place: &super::model::Place, message: String) -> Problem {
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

/// The hooks of the objects' policies.
pub(super) fn load<'a>(objects: impl IntoIterator<Item = &'a Object>) -> (Vec<Hook>, Vec<Problem>) {
    hooks(super::read::read(objects))
}
