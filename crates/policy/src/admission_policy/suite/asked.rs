//! Which policies does no case put to the test?
//!
//! A rule for `deployment`, or for a group that does not serve it, speaks of nothing: everything that expects
//! `allowed: true` would pass.

use super::super::hook::Hook;
use super::super::matching::matches;
use super::super::{Authorize, Cluster, Decision, Policies, Problem, Request, Weight};
use super::Case;

const MESSAGE: &str = "no case asks it: its `matchConstraints`, bindings and parameters together choose none of the requests \
                       here; mend them or add a case";

/// A warning for each policy that none of the cases reaches.
pub fn unasked(
    policies: &Policies,
    cases: &[Case],
    cluster: &Cluster,
    authorize: &Authorize,
) -> Vec<Problem> {
    let reached = |hook: &Hook| cases.iter().any(|case| reaches(hook, &case.request, cluster));
    let mut unasked: Vec<&Hook> =
        policies.hooks.iter().filter(|hook| hook.is_sound() && !reached(hook)).collect();
    if !unasked.is_empty() {
        for case in cases {
            let mutated = mutated(policies, case, cluster, authorize);
            unasked.retain(|hook| !reaches(hook, &mutated, cluster));
        }
    }
    unasked.into_iter().map(warning).collect()
}

/// The request as the validating policies see it: a label that was added may be what they select by.
fn mutated(policies: &Policies, case: &Case, cluster: &Cluster, authorize: &Authorize) -> Request {
    let mut request = case.request.clone();
    policies.mutate(&mut request, cluster, authorize, &mut Decision::default());
    request
}

fn reaches(hook: &Hook, request: &Request, cluster: &Cluster) -> bool {
    matches(&hook.policy.constraints, request, cluster).is_some()
        && hook.bindings.iter().any(|bound| {
            let kind = hook.policy.param_kind.as_ref();
            let chosen = bound.binding.resources.as_ref();
            chosen.is_none_or(|resources| matches(resources, request, cluster).is_some())
                && cluster
                    .params(kind, bound.binding.param.as_ref(), &request.namespace)
                    .map_or(true, |params| !params.is_empty())
        })
}

fn warning(hook: &Hook) -> Problem {
    let (id, place) = (&hook.policy.id, &hook.policy.place);
    Problem {
        weight: Weight::Warning,
        object: id.clone(),
        source: place.source.clone(),
        span: place.span,
        field: String::new(),
        message: MESSAGE.to_owned(),
        meanwhile: None,
    }
}
