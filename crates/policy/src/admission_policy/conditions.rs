//! Do the match conditions of a policy hold?
//!
//! `webhook/matchconditions/matcher.go`: one that is false ends it, whatever the errors of the others.

use super::activation::{Activation, Budget, Inputs, Place, is_true};
use super::compile::Compiled;
use super::model::FailurePolicy;

/// Whether all hold; the errors, if none is false and the failure policy is `Fail`.
pub(super) fn hold(compiled: &Compiled, failure: FailurePolicy, inputs: &Inputs<'_>) -> Result<bool, String> {
    let mut budget = Budget::conditions(inputs);
    let activation = Activation::new(compiled);
    let activation = activation.fill(inputs, Place::Condition);
    let mut results = Vec::new();
    for condition in &compiled.conditions {
        match activation.evaluate(condition, &mut budget) {
            Ok(result) => results.push(result.map(|value| is_true(&value))),
            Err(spent) => return if failure == FailurePolicy::Fail { Err(spent) } else { Ok(false) },
        }
    }
    if results.contains(&Ok(false)) {
        return Ok(false);
    }
    let mut errors: Vec<String> = Vec::new();
    for error in results.into_iter().filter_map(Result::err) {
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
    match (errors.as_slice(), failure) {
        ([], _) => Ok(true),
        (_, FailurePolicy::Ignore) => Ok(false),
        ([one], FailurePolicy::Fail) => Err(one.clone()),
        (many, FailurePolicy::Fail) => Err(format!("[{}]", many.join(", "))),
    }
}
