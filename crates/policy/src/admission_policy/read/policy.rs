//! What does a policy document say, and what in it would the API server refuse?
//!
//! The refusals are those of `pkg/apis/admissionregistration/validation`; two are ours: variables of one
//! name (the server lets the last one win, and one that names itself then never ends), and fields that the
//! API drops in silence.

use object::{Kind, Node};

use super::form::{Form, unsupported};
use super::resources;
use crate::admission_policy::model::{
    Body, Expression, FailurePolicy, Family, Match, Mutation, ParamKind, PatchType, Policy, Reinvocation,
    Validation,
};
use crate::names;

const COMMON: &[&str] = &["failurePolicy", "paramKind", "matchConstraints", "matchConditions", "variables"];
const VALIDATING: &[&str] = &["validations", "auditAnnotations"];
const MUTATING: &[&str] = &["mutations", "reinvocationPolicy"];
const REASONS: &[&str] = &["Forbidden", "Invalid", "RequestEntityTooLarge"];
/// Upstream's limits (`maxAuditAnnotations`, `maxAuditAnnotationValueExpressionLength`, 64 conditions).
const ANNOTATIONS: usize = 20;
const ANNOTATION_BYTES: usize = 5 * 1024;
const CONDITIONS: usize = 64;

/// The policy, as far as it can be read; what is wrong with it is in the form.
pub(super) fn read(form: &mut Form<'_>, family: Family) -> Option<Policy> {
    let root = form.object.root();
    let written = root.get("spec").is_some();
    let known = [COMMON, if family == Family::Validating { VALIDATING } else { MUTATING }].concat();
    let Some(spec) = form.map(root, "spec", &known) else {
        if !written {
            form.refuse(root, "spec", "is required: it says what the policy is");
        }
        return None;
    };
    let failures = [("Fail", FailurePolicy::Fail), ("Ignore", FailurePolicy::Ignore)];
    let failure = form.choice(spec, "failurePolicy", &failures, FailurePolicy::Fail);
    let param_kind = param_kind(form, spec);
    let constraints = constraints(form, spec, family);
    let conditions = conditions(form, spec);
    let variables = variables(form, spec);
    let body = match family {
        Family::Validating => validating(form, spec),
        Family::Mutating => mutating(form, spec),
    };
    Some(Policy {
        id: form.object.id().as_ref().clone(),
        place: form.place(root),
        failure,
        param_kind,
        constraints: constraints?,
        conditions,
        variables,
        body,
    })
}

fn constraints<'a>(form: &mut Form<'a>, spec: Node<'a>, family: Family) -> Option<Match> {
    if spec.get("matchConstraints").is_none() {
        form.refuse(spec, "matchConstraints", "is required: say which resources the policy is about");
        return None;
    }
    let constraints = resources::read(form, spec, "matchConstraints", family)?;
    let written = spec.at("matchConstraints.resourceRules");
    if written.is_none_or(|rules| rules.kind() == Kind::Seq && rules.items().len() == 0) {
        form.refuse(spec, "matchConstraints.resourceRules", "is required: list at least one rule");
        // No rule at all would mean every request there is.
        return None;
    }
    Some(constraints)
}

fn param_kind<'a>(form: &mut Form<'a>, spec: Node<'a>) -> Option<ParamKind> {
    let node = form.map(spec, "paramKind", &["apiVersion", "kind"])?;
    let api_version = form.required(node, "apiVersion", "such as `v1` or `rules.example.com/v1`");
    if let Some(text) = api_version {
        let (group, version) = text.split_once('/').unwrap_or(("", text));
        if version.contains('/') {
            form.refuse(node, "apiVersion", format!("`{text}` is no API version: write `group/version`"));
        } else {
            for verdict in
                [names::label_1035(version), if group.is_empty() { Ok(()) } else { names::subdomain(group) }]
            {
                if let Err(message) = verdict {
                    form.refuse(node, "apiVersion", message);
                }
            }
        }
    }
    let kind = form.required(node, "kind", "such as `ConfigMap`");
    if let Some(Err(message)) = kind.map(|kind| names::label_1035(&kind.to_lowercase())) {
        form.refuse(node, "kind", message);
    }
    Some(ParamKind { api_version: api_version?.to_owned(), kind: kind?.to_owned() })
}

fn conditions<'a>(form: &mut Form<'a>, spec: Node<'a>) -> Vec<(String, Expression)> {
    let nodes = form.maps(spec, "matchConditions", &["name", "expression"]);
    if nodes.len() > CONDITIONS {
        form.refuse(
            spec,
            "matchConditions",
            format!("has {} items, at most {CONDITIONS} are allowed", nodes.len()),
        );
    }
    let mut read: Vec<(String, Expression)> = Vec::new();
    for node in nodes {
        let expression = form.expression(node, "expression");
        let name = form.required(node, "name", "name the condition").unwrap_or_default();
        if !name.is_empty() {
            if let Err(message) = names::qualified(name) {
                form.refuse(node, "name", message);
            }
            if read.iter().any(|(earlier, _)| earlier == name) {
                form.refuse(
                    node,
                    "name",
                    format!("`{name}` is the name of an earlier condition, choose another"),
                );
            }
        }
        read.extend(expression.map(|expression| (name.to_owned(), expression)));
    }
    read
}

fn variables<'a>(form: &mut Form<'a>, spec: Node<'a>) -> Vec<(String, Expression)> {
    let mut read: Vec<(String, Expression)> = Vec::new();
    for node in form.maps(spec, "variables", &["name", "expression"]) {
        let expression = form.expression(node, "expression");
        let name = form.required(node, "name", "name the variable").unwrap_or_default();
        if !name.is_empty() {
            if let Err(message) = names::cel_identifier(name) {
                form.refuse(node, "name", message);
            }
            if read.iter().any(|(earlier, _)| earlier == name) {
                form.refuse(
                    node,
                    "name",
                    format!("`{name}` is the name of an earlier variable, which this one would silently replace: choose another"),
                );
            }
        }
        read.extend(expression.map(|expression| (name.to_owned(), expression)));
    }
    read
}

fn validating<'a>(form: &mut Form<'a>, spec: Node<'a>) -> Body {
    let validations = validations(form, spec);
    let annotations = annotations(form, spec);
    let empty = |key| spec.get(key).is_none_or(|list| list.kind() == Kind::Seq && list.items().len() == 0);
    if empty("validations") && empty("auditAnnotations") {
        form.refuse(spec, "validations", "is required: give at least one item here or in `auditAnnotations`");
    }
    Body::Validating { validations, annotations }
}

fn validations<'a>(form: &mut Form<'a>, spec: Node<'a>) -> Vec<Validation> {
    let mut read = Vec::new();
    for node in form.maps(spec, "validations", &["expression", "message", "messageExpression", "reason"]) {
        let expression = form.expression(node, "expression");
        let message = form.text(node, "message").unwrap_or_default();
        if !message.is_empty() && message.trim().is_empty() {
            form.refuse(node, "message", "says nothing: write a message or remove the field");
        } else if message.trim().contains(['\n', '\r']) {
            form.refuse(node, "message", "must be one line: fold it with `>-`");
        }
        let reason = form.text(node, "reason");
        if let Some(reason) = reason.filter(|reason| !REASONS.contains(reason)) {
            form.refuse(node, "reason", unsupported(reason, REASONS));
        }
        let message_expression = match form.text(node, "messageExpression") {
            None | Some("") => None,
            Some(_) => form.expression(node, "messageExpression"),
        };
        read.extend(expression.map(|expression| Validation {
            expression,
            message: message.to_owned(),
            message_expression,
            reason: reason.map(str::to_owned),
        }));
    }
    read
}

fn annotations<'a>(form: &mut Form<'a>, spec: Node<'a>) -> Vec<(String, Expression)> {
    let nodes = form.maps(spec, "auditAnnotations", &["key", "valueExpression"]);
    if nodes.len() > ANNOTATIONS {
        form.refuse(
            spec,
            "auditAnnotations",
            format!("has {} items, at most {ANNOTATIONS} are allowed", nodes.len()),
        );
    }
    let mut read: Vec<(String, Expression)> = Vec::new();
    for node in nodes {
        let key = form.required(node, "key", "name the annotation").unwrap_or_default();
        if !key.is_empty() {
            if let Err(message) = names::qualified(&format!("{}/{key}", form.object.name())) {
                form.refuse(node, "key", message);
            }
            if read.iter().any(|(earlier, _)| earlier == key) {
                form.refuse(
                    node,
                    "key",
                    format!("`{key}` is the key of an earlier annotation, choose another"),
                );
            }
        }
        let expression = form.expression(node, "valueExpression");
        if expression.as_ref().is_some_and(|e| e.text.trim().len() > ANNOTATION_BYTES) {
            form.refuse(
                node,
                "valueExpression",
                format!("is longer than {ANNOTATION_BYTES} bytes: move parts to variables"),
            );
        }
        read.extend(expression.map(|expression| (key.to_owned(), expression)));
    }
    read
}

fn mutating<'a>(form: &mut Form<'a>, spec: Node<'a>) -> Body {
    let policies = [("Never", Reinvocation::Never), ("IfNeeded", Reinvocation::IfNeeded)];
    let reinvocation = form.choice(spec, "reinvocationPolicy", &policies, Reinvocation::Never);
    if spec.get("reinvocationPolicy").is_none() {
        form.refuse(spec, "reinvocationPolicy", "is required: use Never or IfNeeded");
    }
    let nodes = form.maps(spec, "mutations", &["patchType", "applyConfiguration", "jsonPatch"]);
    if nodes.is_empty()
        && spec.get("mutations").is_none_or(|list| list.kind() == Kind::Seq && list.items().len() == 0)
    {
        form.refuse(spec, "mutations", "is required: list at least one mutation");
    }
    let mutations = nodes.into_iter().filter_map(|node| mutation(form, node)).collect();
    Body::Mutating { mutations, reinvocation }
}

fn mutation<'a>(form: &mut Form<'a>, node: Node<'a>) -> Option<Mutation> {
    let word = form.required(node, "patchType", "use ApplyConfiguration or JSONPatch")?;
    let (patch, key, other) = match word {
        "JSONPatch" => (PatchType::JsonPatch, "jsonPatch", "applyConfiguration"),
        "ApplyConfiguration" => (PatchType::ApplyConfiguration, "applyConfiguration", "jsonPatch"),
        _ => {
            form.refuse(node, "patchType", unsupported(word, &["ApplyConfiguration", "JSONPatch"]));
            return None;
        }
    };
    if node.get(other).is_some() {
        form.refuse(node, other, format!("must not be given when patchType is {word}: remove it"));
    }
    if node.get(key).is_none() {
        form.refuse(node, key, format!("is required when patchType is {word}"));
    }
    let inner = form.map(node, key, &["expression"])?;
    Some(Mutation { patch, expression: form.expression(inner, "expression")? })
}
