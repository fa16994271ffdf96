//! What do the mutating policies make of an object?
//!
//! `policy/mutating/dispatcher.go` and `policy/generic/policy_dispatcher.go`: every policy, binding and
//! parameter in turn, each on what the one before left; then once more those that ask for it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::activation::{Activation, Budget, Inputs, Place};
use super::authorize::Rights;
use super::cluster::Cluster;
use super::compile::{Compiled, CompiledBody, Mutator};
use super::decision::{Decision, Status};
use super::hook::{Bound, Hook};
use super::json_patch::{self, Unapplied, equal};
use super::matching::{self, Matched};
use super::model::{FailurePolicy, Family, PatchType, Reinvocation};
use super::patch_value;
use super::request::{Operation, Request};
use super::served;
use super::view::View;
use crate::document::Mode;

/// Policy, binding, and namespace and name of the parameter.
type Key = (String, String, String, String);

/// What they go by where rules are counted.
const KIND: &str = "MutatingAdmissionPolicy";

/// What the two passes over the policies tell each other.
#[derive(Default)]
struct Reinvocations {
    /// Ran in this pass and may run again.
    ran: BTreeSet<Key>,
    /// Are to run again.
    again: BTreeSet<Key>,
    /// Whether there is to be a second pass.
    wanted: bool,
}

impl Reinvocations {
    /// The object changed: whatever ran and may run again has to.
    fn changed(&mut self) {
        self.again.append(&mut self.ran);
        self.wanted = true;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    First,
    Second,
}

/// One policy, binding and parameter that the request is run through.
struct Invocation<'h> {
    hook: &'h Hook,
    bound: &'h Bound,
    matched: Matched,
    params: Option<&'h Value>,
}

/// Why a policy did not do its work.
struct Trouble<'h> {
    hook: &'h Hook,
    bound: Option<&'h Bound>,
    message: String,
    /// Evaluation says `Invalid`; configuration keeps `Forbidden`.
    reason: &'static str,
}

/// Changes the object of the request; refuses in `decision`.
pub(super) fn dispatch(
    hooks: &[Hook],
    request: &mut Request,
    cluster: &Cluster,
    rights: &Rights,
    decision: &mut Decision,
) {
    // The plugin does not handle deletions at all.
    if request.operation == Operation::Delete {
        return;
    }
    let mut reinvocations = Reinvocations::default();
    for pass in [Pass::First, Pass::Second] {
        if pass == Pass::Second && !reinvocations.wanted {
            return;
        }
        let (invocations, mut troubles) = invocations(hooks, request, cluster);
        match run(&invocations, request, cluster, rights, pass, &mut reinvocations) {
            Ok(more) => troubles.extend(more),
            Err(status) => {
                decision.denied = Some(*status);
                return;
            }
        }
        troubles.retain(|trouble| trouble.hook.policy.failure == FailurePolicy::Fail);
        if let Some(first) = troubles.first() {
            let spoke = |trouble: &Trouble<'_>| (trouble.hook.policy.id.name.clone(), KIND, Mode::Enforce);
            decision.said.extend(troubles.iter().map(spoke));
            decision.denied = Some(Status {
                code: 403,
                reason: first.reason.to_owned(),
                message: first.text(),
                causes: troubles.iter().map(Trouble::text).collect(),
            });
            return;
        }
    }
}

impl Trouble<'_> {
    fn text(&self) -> String {
        let (policy, message) = (&self.hook.policy.id.name, &self.message);
        match self.bound {
            Some(bound) => {
                format!(
                    "policy '{policy}' with binding '{}' denied request: {message}",
                    bound.binding.id.name
                )
            }
            None => format!("policy \"{policy}\" denied request: {message}"),
        }
    }
}

/// Every policy, binding and parameter that the request is meant by, and what is wrong with the others.
fn invocations<'h>(
    hooks: &'h [Hook],
    request: &Request,
    cluster: &'h Cluster,
) -> (Vec<Invocation<'h>>, Vec<Trouble<'h>>) {
    let (mut invocations, mut troubles) = (Vec::new(), Vec::new());
    for hook in hooks.iter().filter(|hook| hook.policy.body.family() == Family::Mutating) {
        let Some(matched) = matching::matches(&hook.policy.constraints, request, cluster) else { continue };
        let configuration = |why: &str, bound: Option<&'h Bound>| Trouble {
            hook,
            bound,
            message: format!(
                "failed to configure {}: {why}",
                if bound.is_some() { "binding" } else { "policy" }
            ),
            reason: "Forbidden",
        };
        let kind = hook.policy.param_kind.as_ref();
        let ready =
            hook.compiled.as_ref().map(drop).map_err(Clone::clone).and_then(|()| cluster.knows_param(kind));
        if let Err(why) = ready {
            troubles.push(configuration(&why, None));
            continue;
        }
        for bound in &hook.bindings {
            if let Some(resources) = &bound.binding.resources
                && matching::matches(resources, request, cluster).is_none()
            {
                continue;
            }
            if let Some(fault) = &bound.fault {
                troubles.push(configuration(fault, Some(bound)));
                continue;
            }
            if let Err(why) = View::of(request, &matched, cluster) {
                troubles.push(configuration(&why, None));
                continue;
            }
            match cluster.params(kind, bound.binding.param.as_ref(), &request.namespace) {
                Ok(params) => invocations.extend(params.into_iter().map(|params| Invocation {
                    hook,
                    bound,
                    matched: matched.clone(),
                    params,
                })),
                Err(why) => troubles.push(configuration(&why, Some(bound))),
            }
        }
    }
    (invocations, troubles)
}

fn run<'h>(
    invocations: &[Invocation<'h>],
    request: &mut Request,
    cluster: &Cluster,
    rights: &Rights,
    pass: Pass,
    reinvocations: &mut Reinvocations,
) -> Result<Vec<Trouble<'h>>, Box<Status>> {
    let mut troubles = Vec::new();
    let mut written = false;
    for invocation in invocations {
        let Ok(compiled) = &invocation.hook.compiled else { continue };
        let CompiledBody::Mutating { mutators, reinvocation } = &compiled.body else { continue };
        let failure = invocation.hook.policy.failure;
        let Ok(mut view) = View::of(request, &invocation.matched, cluster) else { continue };
        let mut trouble = |message: String| {
            let (hook, bound) = (invocation.hook, Some(invocation.bound));
            troubles.push(Trouble { hook, bound, message, reason: "Invalid" });
        };
        let inputs = Inputs { view: &view, params: invocation.params, rights };
        match super::conditions::hold(compiled, failure, &inputs) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(message) => {
                trouble(message);
                continue;
            }
        }
        let key = invocation.key();
        if pass == Pass::Second && !reinvocations.again.contains(&key) {
            continue;
        }
        let before = view.object.clone();
        for mutator in mutators {
            let Some(object) = view.object.clone() else { continue };
            let inputs = Inputs { view: &view, params: invocation.params, rights };
            match mutate(compiled, mutator, &inputs, &object) {
                Ok(object) => {
                    view.object = Some(object);
                    written = true;
                }
                Err(Failed::Evaluation(message)) => trouble(message),
                Err(Failed::Internal(message)) => return Err(Box::new(internal(&message))),
            }
        }
        let same = match (&before, &view.object) {
            (Some(before), Some(after)) => equal(before, after),
            _ => true,
        };
        if !same {
            reinvocations.changed();
        }
        if *reinvocation == Reinvocation::IfNeeded {
            reinvocations.ran.insert(key);
        }
        request.object = view.object;
    }
    // Upstream asks for a second pass as soon as any mutation has run, changed or not.
    if written {
        reinvocations.changed();
    }
    Ok(troubles)
}

impl Invocation<'_> {
    fn key(&self) -> Key {
        let of_param = |field: &str| {
            let text = self.params.and_then(|params| params.get("metadata")?.get(field)?.as_str());
            text.unwrap_or_default().to_owned()
        };
        let (policy, binding) = (&self.hook.policy.id.name, &self.bound.binding.id.name);
        (policy.clone(), binding.clone(), of_param("namespace"), of_param("name"))
    }
}

enum Failed {
    /// The failure policy says what it means.
    Evaluation(String),
    /// The server gives up.
    Internal(String),
}

fn mutate(
    compiled: &Compiled,
    mutator: &Mutator,
    inputs: &Inputs<'_>,
    object: &Value,
) -> Result<Value, Failed> {
    let mut budget = Budget::binding(inputs);
    let activation = Activation::new(compiled);
    let activation = activation.fill(inputs, Place::Rule);
    let value = activation.evaluate(&mutator.expression, &mut budget).and_then(|result| result);
    let value = value.map_err(Failed::Evaluation)?;
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    let patched = match mutator.patch {
        PatchType::JsonPatch => {
            let operations = patch_value::operations(value).map_err(Failed::Evaluation)?;
            match json_patch::apply(object, &operations) {
                Ok(patched) => {
                    served::fit::strict(&patched).map_err(Failed::Internal)?;
                    patched
                }
                Err(Unapplied::TestFailed) => object.clone(),
                Err(Unapplied::Error(text)) => return Err(Failed::Evaluation(format!("JSON Patch: {text}"))),
            }
        }
        PatchType::ApplyConfiguration => {
            let mut patch = patch_value::configuration(value).map_err(Failed::Evaluation)?;
            for key in ["apiVersion", "kind"] {
                patch.insert(key.to_owned(), text(key).into());
            }
            let applied =
                served::merge::apply(object, &Value::Object(patch), text("apiVersion"), text("kind"));
            let applied =
                applied.map_err(|text| Failed::Evaluation(format!("error applying patch: {text}")))?;
            served::fit::decodes(&applied).map_err(Failed::Evaluation)?;
            applied
        }
    };
    Ok(served::as_served(patched))
}

fn internal(why: &str) -> Status {
    let message = format!("Internal error occurred: {why}");
    Status { code: 500, reason: "InternalError".to_owned(), causes: vec![why.to_owned()], message }
}
