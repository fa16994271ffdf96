//! What is an expression evaluated with, and what may that cost?
//!
//! `plugin/cel/{activation,composition}.go`: variables are computed when they are first asked for and keep
//! their value as long as the activation lives; what they cost counts for the expression that asked.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value as Json;

use super::authorize::Rights;
use super::compile::{Compiled, Program};
use super::view::View;
use crate::cel::{self, Bindings, Error, LazyFields, Map, Value};

/// Upstream's budgets (`pkg/apis/cel/config.go`): for a binding, and for its match conditions.
const BINDING: u64 = 10_000_000;
const CONDITIONS: u64 = 2_500_000;
const SPENT: &str =
    "validation failed due to running out of cost budget, no further validation rules will be run";

/// What the expressions of one binding may still cost.
pub(super) struct Budget<'a> {
    left: u64,
    meter: &'a AtomicU64,
}

impl<'a> Budget<'a> {
    pub(super) fn binding(inputs: &Inputs<'a>) -> Self {
        Self { left: BINDING, meter: inputs.rights.meter() }
    }

    pub(super) fn conditions(inputs: &Inputs<'a>) -> Self {
        Self { left: CONDITIONS, meter: inputs.rights.meter() }
    }

    fn spend(&mut self, cost: u64) -> Result<(), String> {
        self.meter.fetch_add(cost, Ordering::Relaxed);
        self.left = self.left.checked_sub(cost).ok_or_else(|| SPENT.to_owned())?;
        Ok(())
    }
}

/// What an expression may look at.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a> {
    pub(super) view: &'a View,
    pub(super) params: Option<&'a Json>,
    pub(super) rights: &'a Rights,
}

/// What differs between the places where a policy has expressions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// No namespace object, no variables, and the request as it was asked.
    Condition,
    /// Everything.
    Rule,
    /// No authorizer.
    Text,
}

/// The values of one activation.
pub(super) struct Activation<'a> {
    variables: &'a [(String, Program)],
    values: Vec<Slot<'a>>,
    bindings: OnceLock<Bindings<'a>>,
    /// What variables have cost since the last expression ended.
    cost: AtomicU64,
}

#[derive(Default)]
struct Slot<'a> {
    value: OnceLock<Result<Value<'a>, Error>>,
    under_way: AtomicBool,
}

impl<'a> Activation<'a> {
    /// An activation that knows the variables of the policy, and nothing else until it is [`filled`](Self::fill).
    pub(super) fn new(compiled: &'a Compiled) -> Self {
        let values = compiled.variables.iter().map(|_| Slot::default()).collect();
        Self { variables: &compiled.variables, values, bindings: OnceLock::new(), cost: AtomicU64::new(0) }
    }

    /// Gives it its values; the second time nothing happens.
    pub(super) fn fill(&'a self, inputs: &Inputs<'a>, place: Place) -> &'a Self {
        self.bindings.get_or_init(|| {
            let json = |value: Option<&'a Json>| value.map_or(Value::Null, Value::from);
            let view = inputs.view;
            let condition = place == Place::Condition;
            let request = if condition { &view.condition_request } else { &view.request };
            let namespace = view.namespace.as_ref().filter(|_| !condition);
            let mut bindings = Bindings::new()
                .bind("object", json(view.object.as_ref()))
                .bind("oldObject", json(view.old_object.as_ref()))
                .bind("params", json(inputs.params))
                .bind("request", Value::from(request))
                .bind("namespaceObject", json(namespace));
            if !condition {
                bindings = bindings.bind("variables", Value::Map(Map::Lazy(self)));
            }
            if place == Place::Text { bindings } else { inputs.rights.bind(bindings) }
        });
        self
    }

    /// The value of an expression, or why it has none; the outer error ends the work for this binding.
    pub(super) fn evaluate(
        &self,
        program: &Program,
        budget: &mut Budget<'_>,
    ) -> Result<Result<Value<'a>, String>, String> {
        let (value, cost) = self.run(program);
        budget.spend(self.cost.swap(0, Ordering::Relaxed))?;
        budget.spend(cost)?;
        Ok(value.map_err(|error| format!("expression '{}' resulted in error: {error}", program.text)))
    }

    fn run(&self, program: &Program) -> (Result<Value<'a>, Error>, u64) {
        let Some(bindings) = self.bindings.get() else { return (Err(Error::new("no values are bound")), 0) };
        let mut budget = cel::Budget::per_expression();
        let value = program.program.evaluate(bindings, &mut budget);
        (value, budget.spent())
    }
}

/// By name only: the values hold the activation itself.
impl std::fmt::Debug for Activation<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl LazyFields for Activation<'_> {
    fn get(&self, name: &str) -> Option<Result<Value<'_>, Error>> {
        let at = self.variables.iter().position(|(known, _)| known == name)?;
        let (slot, (name, program)) = self.values.get(at).zip(self.variables.get(at))?;
        if let Some(value) = slot.value.get() {
            return Some(value.clone());
        }
        // The checker knows earlier variables only; `dyn(variables)` gets around it.
        if slot.under_way.swap(true, Ordering::Relaxed) {
            return Some(Err(Error::new(format!("composited variable \"{name}\" refers to itself"))));
        }
        let (value, cost) = self.run(program);
        self.cost.fetch_add(cost, Ordering::Relaxed);
        let value = value.map_err(|error| {
            Error::new(format!("composited variable \"{name}\" fails to evaluate: {error}"))
        });
        Some(slot.value.get_or_init(|| value).clone())
    }

    fn names(&self) -> Vec<&str> {
        self.variables.iter().map(|(name, _)| name.as_str()).collect()
    }
}

/// Whether a value is `true` and nothing else.
pub(super) fn is_true(value: &Value<'_>) -> bool {
    matches!(value, Value::Bool(true))
}

/// The string that a value is.
pub(super) fn text_of(value: &Value<'_>) -> Option<String> {
    value.as_str().map(str::to_owned)
}
