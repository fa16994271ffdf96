//! What does a binding say, and what in it would the API server refuse?

use object::{Kind, Node};

use super::form::{Form, unsupported};
use super::resources;
use crate::admission_policy::model::{Action, Binding, Family, Missing, ParamChoice, ParamRef};
use crate::names;

/// The binding, as far as it can be read; what is wrong with it is in the form.
pub(super) fn read(form: &mut Form<'_>, family: Family) -> Option<Binding> {
    let root = form.object.root();
    let written = root.get("spec").is_some();
    let known: &[&str] = match family {
        Family::Validating => &["policyName", "paramRef", "matchResources", "validationActions"],
        Family::Mutating => &["policyName", "paramRef", "matchResources"],
    };
    let Some(spec) = form.map(root, "spec", known) else {
        if !written {
            form.refuse(root, "spec", "is required: it says which policy is bound");
        }
        return None;
    };
    let policy = form.required(spec, "policyName", "name the policy");
    if let Some(Err(message)) = policy.map(names::subdomain) {
        form.refuse(spec, "policyName", message);
    }
    let param = spec.get("paramRef").is_some().then(|| param(form, spec));
    let resources = resources::read(form, spec, "matchResources", family);
    let actions = if family == Family::Validating { actions(form, spec) } else { Vec::new() };
    Some(Binding {
        id: form.object.id().as_ref().clone(),
        place: form.place(root),
        family,
        policy: policy?.to_owned(),
        param: match param {
            Some(param) => Some(param?),
            None => None,
        },
        resources,
        actions,
    })
}

fn param<'a>(form: &mut Form<'a>, spec: Node<'a>) -> Option<ParamRef> {
    let node = form.map(spec, "paramRef", &["name", "namespace", "selector", "parameterNotFoundAction"])?;
    let name = form.text(node, "name").unwrap_or_default();
    if let Err(message) = names::path_segment(name) {
        form.refuse(node, "name", message);
    }
    let selector = resources::selector(form, node, "selector");
    match (name.is_empty(), node.get("selector").is_some()) {
        (false, true) => form.refuse(node, "selector", "name and selector exclude each other: remove one"),
        (true, false) => form.refuse(node, "", "give either name or selector"),
        _ => {}
    }
    let actions = [("Allow", Missing::Allow), ("Deny", Missing::Deny)];
    let missing = form.choice(node, "parameterNotFoundAction", &actions, Missing::Deny);
    // Only v1alpha1 has a default.
    let has_default = form.object.id().api_version.ends_with("/v1alpha1");
    if node.get("parameterNotFoundAction").is_none() && !has_default {
        form.refuse(node, "parameterNotFoundAction", "is required: use Allow or Deny");
    }
    let choice = match selector {
        Some(selector) if name.is_empty() => ParamChoice::Selected(selector),
        _ => ParamChoice::Named(name.to_owned()),
    };
    let namespace = form.text(node, "namespace").unwrap_or_default().to_owned();
    Some(ParamRef { choice, namespace, missing })
}

fn actions<'a>(form: &mut Form<'a>, spec: Node<'a>) -> Vec<Action> {
    const KNOWN: [Action; 3] = [Action::Audit, Action::Deny, Action::Warn];
    let mut read = Vec::new();
    for (item, word) in form.texts(spec, "validationActions") {
        let Some(action) = KNOWN.into_iter().find(|action| action.word() == word) else {
            form.refuse(item, "", unsupported(word, &KNOWN.map(Action::word)));
            continue;
        };
        if read.contains(&action) {
            form.refuse(item, "", format!("`{word}` is listed twice, remove one"));
        }
        read.push(action);
    }
    if read.contains(&Action::Deny) && read.contains(&Action::Warn) {
        form.refuse(
            spec,
            "validationActions",
            "Deny and Warn say the same thing twice to the same user: remove one",
        );
    }
    if spec.get("validationActions").is_none_or(|list| list.kind() == Kind::Seq && list.items().len() == 0) {
        form.refuse(spec, "validationActions", "is required: list Deny, Warn or Audit");
    }
    read
}
