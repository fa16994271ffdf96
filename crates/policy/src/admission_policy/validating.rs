//! What do the validating policies say to a request?
//!
//! `policy/validating/{dispatcher,validator}.go`: every policy, every binding that matches, every parameter.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::activation::{Activation, Budget, Inputs, Place, is_true, text_of};
use super::authorize::Rights;
use super::cluster::Cluster;
use super::compile::{Compiled, CompiledBody, Validator};
use super::decision::{Decision, Status};
use super::hook::{Bound, Hook};
use super::model::{Action, FailurePolicy, Family};
use super::view::View;
use super::{matching, request::Request};
use crate::document::Mode;

/// Upstream's limits: `maxValidationFailures`, `maxAuditAnnotationValueLength`, `MaxEvaluatedMessageExpressionSizeBytes`.
const AUDITED_FAILURES: usize = 50;
const ANNOTATION_BYTES: usize = 10 * 1024;
const MESSAGE_BYTES: usize = 5 * 1024;
/// What they go by where rules are counted.
const KIND: &str = "ValidatingAdmissionPolicy";
const FAILURES_KEY: &str = "validation.policy.admission.k8s.io/validation_failure";

/// A reason to refuse the request, and whose it is.
struct Denial {
    policy: String,
    binding: Option<String>,
    message: String,
    reason: Option<String>,
}

/// What the policies have said so far.
#[derive(Default)]
struct Said {
    denials: Vec<Denial>,
    failures: Vec<Value>,
    /// Values of the audit annotations of one policy, by key.
    annotations: BTreeMap<String, Vec<String>>,
}

/// Asks every validating policy, and answers in `decision`.
pub(super) fn dispatch(
    hooks: &[Hook],
    request: &Request,
    cluster: &Cluster,
    rights: &Rights,
    decision: &mut Decision,
) {
    let mut said = Said::default();
    for hook in hooks.iter().filter(|hook| hook.policy.body.family() == Family::Validating) {
        let Some(matched) = matching::matches(&hook.policy.constraints, request, cluster) else { continue };
        let ready = hook.compiled.as_ref().map_err(Clone::clone);
        let ready = ready
            .and_then(|compiled| cluster.knows_param(hook.policy.param_kind.as_ref()).map(|()| compiled));
        let compiled = match ready {
            Ok(compiled) => compiled,
            Err(why) => {
                said.misconfigured(hook, None, &format!("failed to configure policy: {why}"));
                continue;
            }
        };
        let CompiledBody::Validating(validator) = &compiled.body else { continue };
        for bound in &hook.bindings {
            let misconfigured = |said: &mut Said, why: &str| {
                said.misconfigured(hook, Some(bound), &format!("failed to configure binding: {why}"));
            };
            if let Some(resources) = &bound.binding.resources
                && matching::matches(resources, request, cluster).is_none()
            {
                continue;
            }
            if let Some(fault) = &bound.fault {
                misconfigured(&mut said, fault);
                continue;
            }
            let kind = hook.policy.param_kind.as_ref();
            let params = match cluster.params(kind, bound.binding.param.as_ref(), &request.namespace) {
                Ok(params) => params,
                Err(why) => {
                    misconfigured(&mut said, &why);
                    continue;
                }
            };
            let view = match View::of(request, &matched, cluster) {
                Ok(view) => view,
                Err(why) => {
                    misconfigured(&mut said, &format!("failed to convert object version: {why}"));
                    continue;
                }
            };
            for params in params {
                let inputs = Inputs { view: &view, params, rights };
                let judged = judge(hook.policy.failure, compiled, validator, &inputs);
                said.take(hook, bound, judged, decision);
            }
        }
        said.publish(&hook.policy.id.name, decision);
    }
    said.answer(request, decision);
}

impl Said {
    /// A policy or binding that cannot be used: its failure policy says what that means.
    fn misconfigured(&mut self, hook: &Hook, bound: Option<&Bound>, message: &str) {
        if hook.policy.failure == FailurePolicy::Fail {
            self.deny(hook, bound, message.to_owned(), None);
        }
    }

    fn deny(&mut self, hook: &Hook, bound: Option<&Bound>, message: String, reason: Option<String>) {
        self.denials.push(Denial {
            policy: hook.policy.id.name.clone(),
            binding: bound.map(|bound| bound.binding.id.name.clone()),
            message,
            reason,
        });
    }

    fn take(&mut self, hook: &Hook, bound: &Bound, judged: Judged, decision: &mut Decision) {
        let (policy, binding) = (&hook.policy.id.name, &bound.binding);
        for (index, verdict) in judged.verdicts.into_iter().enumerate() {
            let Verdict::Deny { message, reason } = verdict else { continue };
            for action in &binding.actions {
                decision.said.push((policy.clone(), KIND, action.mode()));
                match action {
                    Action::Deny => self.deny(hook, Some(bound), message.clone(), reason.clone()),
                    Action::Audit => self.failures.push(json!({
                        "message": message,
                        "policy": binding.policy,
                        "binding": binding.id.name,
                        "expressionIndex": index,
                        "validationActions": binding.actions.iter().map(|action| action.word()).collect::<Vec<_>>(),
                    })),
                    Action::Warn => decision.warn(format!(
                        "Validation failed for ValidatingAdmissionPolicy '{policy}' with binding '{}': {message}",
                        binding.id.name
                    )),
                }
            }
        }
        for (key, annotation) in judged.annotations {
            match annotation {
                Ok(value) => {
                    let value = cut(value, ANNOTATION_BYTES);
                    let values = self.annotations.entry(key).or_default();
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
                Err(message) => self.deny(hook, Some(bound), message, None),
            }
        }
    }

    fn publish(&mut self, policy: &str, decision: &mut Decision) {
        for (key, values) in std::mem::take(&mut self.annotations) {
            decision.audit_annotations.insert(format!("{policy}/{key}"), values.join(", "));
        }
    }

    fn answer(mut self, request: &Request, decision: &mut Decision) {
        if !self.failures.is_empty() {
            self.failures.truncate(AUDITED_FAILURES);
            decision.audit_annotations.insert(FAILURES_KEY.to_owned(), failures_json(&self.failures));
        }
        for denial in &self.denials {
            decision.said.push((denial.policy.clone(), KIND, Mode::Enforce));
        }
        let Some(first) = self.denials.into_iter().next() else { return };
        let with = first.binding.map(|name| format!(" with binding '{name}'")).unwrap_or_default();
        let text =
            format!("ValidatingAdmissionPolicy '{}'{with} denied request: {}", first.policy, first.message);
        let reason = first.reason.unwrap_or_else(|| "Invalid".to_owned());
        decision.denied = Some(Status {
            code: Status::code_of(&reason),
            reason,
            message: request.forbidden(&text),
            causes: vec![text],
        });
    }
}

/// The failures as Go writes them: keys in the order of the struct, `<`, `>` and `&` escaped.
fn failures_json(failures: &[Value]) -> String {
    const KEYS: [&str; 5] = ["message", "policy", "binding", "expressionIndex", "validationActions"];
    let written: Vec<String> = failures
        .iter()
        .map(|failure| {
            let fields: Vec<String> = KEYS
                .iter()
                .map(|key| format!("\"{key}\":{}", failure.get(key).unwrap_or(&Value::Null)))
                .collect();
            format!("{{{}}}", fields.join(","))
        })
        .collect();
    let escapes = [
        ('<', "\\u003c"),
        ('>', "\\u003e"),
        ('&', "\\u0026"),
        ('\u{2028}', "\\u2028"),
        ('\u{2029}', "\\u2029"),
    ];
    let text = format!("[{}]", written.join(","));
    escapes.iter().fold(text, |text, (c, escaped)| text.replace(*c, escaped))
}

/// At most so many bytes; never half a character, which is where upstream is careless.
fn cut(mut text: String, bytes: usize) -> String {
    if text.len() > bytes {
        let end = (0..=bytes).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text.truncate(end);
    }
    text
}

/// What a policy says of one object with one parameter.
#[derive(Default)]
struct Judged {
    /// One a validation.
    verdicts: Vec<Verdict>,
    /// Key, and the value or why it has none.
    annotations: Vec<(String, Result<String, String>)>,
}

enum Verdict {
    Admit,
    Deny { message: String, reason: Option<String> },
}

fn judge(failure: FailurePolicy, compiled: &Compiled, validator: &Validator, inputs: &Inputs<'_>) -> Judged {
    let error = |message: String| match failure {
        FailurePolicy::Fail => Verdict::Deny { message, reason: None },
        FailurePolicy::Ignore => Verdict::Admit,
    };
    match super::conditions::hold(compiled, failure, inputs) {
        Ok(true) => {}
        Ok(false) => return Judged::default(),
        Err(message) => return Judged { verdicts: vec![error(message)], ..Judged::default() },
    }
    let mut budget = Budget::binding(inputs);
    let activation = Activation::new(compiled);
    let activation = activation.fill(inputs, Place::Rule);
    let mut results = Vec::new();
    for validation in &validator.validations {
        match activation.evaluate(&validation.expression, &mut budget) {
            Ok(result) => results.push(result.map(|value| is_true(&value))),
            Err(message) => return Judged { verdicts: vec![error(message)], ..Judged::default() },
        }
    }
    // All messages are computed, whether a validation failed or not, with what is left of the budget.
    let activation = Activation::new(compiled);
    let activation = activation.fill(inputs, Place::Text);
    let mut spent = None;
    let mut messages = Vec::new();
    for validation in &validator.validations {
        let message = validation.message_expression.as_ref().filter(|_| spent.is_none());
        messages.push(message.and_then(|expression| match activation.evaluate(expression, &mut budget) {
            Ok(result) => result.ok().and_then(|value| text_of(&value)).and_then(|text| usable(&text)),
            Err(message) => {
                spent = Some(message);
                None
            }
        }));
    }
    let verdicts = validator.validations.iter().zip(results).zip(messages).map(
        |((validation, result), message)| match (result, &spent) {
            (Err(text), _) => error(text),
            (Ok(_), Some(why)) => error(format!("failed messageExpression: {why}")),
            (Ok(true), None) => Verdict::Admit,
            (Ok(false), None) => Verdict::Deny {
                message: message.unwrap_or_else(|| validation.fallback()),
                reason: validation.reason.clone(),
            },
        },
    );
    let verdicts = verdicts.collect();
    // Annotations have a budget of their own, and at run time no authorizer, though the compiler lets them name it.
    let activation = Activation::new(compiled);
    let activation = activation.fill(inputs, Place::Text);
    let mut budget = Budget::binding(inputs);
    let mut annotations = Vec::new();
    for (key, expression) in &validator.annotations {
        let result = match activation.evaluate(expression, &mut budget) {
            Ok(result) => result,
            Err(message) => return Judged { verdicts: vec![error(message)], ..Judged::default() },
        };
        match result.map(|value| text_of(&value)) {
            Ok(Some(text)) if !text.trim().is_empty() => {
                annotations.push((key.clone(), Ok(text.trim().to_owned())));
            }
            Err(message) if failure == FailurePolicy::Fail => annotations.push((key.clone(), Err(message))),
            _ => {}
        }
    }
    Judged { verdicts, annotations }
}

/// A computed message that may be shown: one line, not empty, not too long.
fn usable(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= MESSAGE_BYTES && !text.contains('\n')).then(|| text.to_owned())
}
