//! A request of admission, as Kubernetes' own policies see it.

use serde_json::Value;

use super::request::{GroupVersionKind, GroupVersionResource, Operation, Request, User};
use super::served::as_served;
use crate::request::{self, DryRun, Gvk};

impl Request {
    /// The request, its objects as the server holds them: read into their types, with their defaults and the
    /// namespace they go to.
    pub fn of(asked: &request::Request) -> Self {
        let Gvk { group, version, name } = asked.kind.clone();
        let kind = GroupVersionKind { group, version, kind: name };
        let Gvk { group, version, name } = asked.resource.clone();
        let namespace = if kind.group.is_empty() && kind.kind == "Namespace" { "" } else { &asked.namespace };
        let served = |object: &Option<object::Object>| {
            object.as_ref().map(|object| placed(as_served(crate::value::of(object.root())), namespace))
        };
        Self {
            operation: match asked.operation {
                request::Operation::Create => Operation::Create,
                request::Operation::Update => Operation::Update,
                request::Operation::Delete => Operation::Delete,
                request::Operation::Connect => Operation::Connect,
            },
            kind,
            resource: GroupVersionResource { group, version, resource: name },
            subresource: asked.subresource.clone(),
            name: asked.name.clone(),
            namespace: asked.namespace.clone(),
            object: served(&asked.object),
            old_object: served(&asked.old),
            options: asked.options.clone(),
            dry_run: asked.dry_run == DryRun::Yes,
            user: User {
                username: asked.user.name.clone(),
                uid: asked.user.uid.clone(),
                groups: asked.user.groups.clone(),
                extra: asked.user.extra.clone(),
            },
        }
    }
}

/// The object in the namespace of its request; what a connection carries has no metadata.
fn placed(mut object: Value, namespace: &str) -> Value {
    let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
    if let Some(metadata) = metadata.filter(|_| !namespace.is_empty()) {
        metadata.entry("namespace").or_insert_with(|| namespace.into());
    }
    object
}
