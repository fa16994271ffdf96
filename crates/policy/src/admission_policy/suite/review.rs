//! What do all policies together answer to a case, as to a review of the API server?

use std::sync::Arc;

use finding::Source;
use object::Object;
use serde_json::Value;

use super::super::json_patch::{Operation as Change, apply};
use super::super::{Decision, Operation, Request, Status};
use super::Case;
use crate::decide::{Decider, Lookup};
use crate::patch::Step;
use crate::request::{self, DryRun, Gvk, Undecoded};

impl Case {
    /// What our own policies and Kubernetes' own answer.
    pub fn decide_by(&self, decider: &Decider, lookup: &dyn Lookup) -> Decision {
        let response = decider.decide(&review(&self.request), lookup);
        let steps: Vec<Change> = response.patch.steps().iter().map(change).collect();
        let object = self.request.object.as_ref().filter(|_| response.is_allowed());
        let refusal = |denied: crate::response::Status| {
            let (code, reason, message) = (denied.code, denied.reason, denied.message);
            Status { code, reason, message, causes: Vec::new() }
        };
        Decision {
            object: object.and_then(|object| apply(object, &steps).ok()),
            denied: response.denied.map(refusal),
            warnings: response.warnings,
            audit_annotations: response.audit,
            ..Decision::default()
        }
    }
}

fn change(step: &Step) -> Change {
    let (op, path, value) = match step {
        Step::Add(path, value) => ("add", path, value.clone()),
        Step::Replace(path, value) => ("replace", path, value.clone()),
        Step::Remove(path) => ("remove", path, Value::Null),
    };
    Change { op: op.to_owned(), path: path.clone(), from: String::new(), value }
}

/// The request as it travels to a webhook.
fn review(asked: &Request) -> request::Request {
    let given = (asked.kind.api_version(), asked.kind.kind.clone());
    let gvk = |group: &str, version: &str, name: &str| Gvk {
        group: group.to_owned(),
        version: version.to_owned(),
        name: name.to_owned(),
    };
    let (object, why) = object(asked.object.as_ref(), &given);
    let (old, why_old) = self::object(asked.old_object.as_ref(), &given);
    let (kind, resource) = (&asked.kind, &asked.resource);
    request::Request {
        uid: String::new(),
        kind: gvk(&kind.group, &kind.version, &kind.kind),
        resource: gvk(&resource.group, &resource.version, &resource.resource),
        subresource: asked.subresource.clone(),
        name: asked.name.clone(),
        namespace: asked.namespace.clone(),
        operation: match asked.operation {
            Operation::Create => request::Operation::Create,
            Operation::Update => request::Operation::Update,
            Operation::Delete => request::Operation::Delete,
            Operation::Connect => request::Operation::Connect,
        },
        user: request::User {
            name: asked.user.username.clone(),
            uid: asked.user.uid.clone(),
            groups: asked.user.groups.clone(),
            extra: asked.user.extra.clone(),
        },
        options: asked.options.clone(),
        dry_run: if asked.dry_run { DryRun::Yes } else { DryRun::No },
        object,
        old,
        undecoded: Undecoded { object: why, old: why_old },
    }
}

/// The object, and why no API server would decode it.
fn object(value: Option<&Value>, given: &(String, String)) -> (Option<Object>, Option<String>) {
    let Some(value) = value else { return (None, None) };
    let source = Arc::new(Source::file("object", value.to_string()));
    let tree = match object::json(&source, request::LIMITS) {
        Ok(tree) => Arc::new(tree),
        Err(problem) => return (None, Some(problem.message)),
    };
    match Object::within(&tree, tree.root(), Some(given.clone())) {
        Ok(object) => {
            let why = request::misfit(&object);
            (Some(object), why)
        }
        Err(missing) => (None, Some(format!("the object has no `{missing}`"))),
    }
}
