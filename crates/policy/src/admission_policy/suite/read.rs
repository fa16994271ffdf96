//! What does a `PolicyTest` document ask and expect?

use object::{Kind, Node, Object};
use serde_json::Value;

use super::super::read::Form;
use super::super::{
    Cluster, GroupVersionKind, GroupVersionResource, Operation, Problem, Request, Scope, User, as_served,
};
use super::{Case, Expect};
use crate::request::{EVERYBODY, NOBODY, resource_of};

/// The version of the document.
pub const API_VERSION: &str = "cofferdam.dev/v1alpha1";
/// Its kind.
pub const KIND: &str = "PolicyTest";

const CASE: &[&str] = &[
    "name",
    "operation",
    "object",
    "oldObject",
    "namespace",
    "subresource",
    "objectName",
    "resource",
    "options",
    "dryRun",
    "user",
    "expect",
];
const EXPECT: &[&str] = &["allowed", "message", "reason", "code", "warnings", "auditAnnotations", "changes"];
const OPERATIONS: [(&str, Operation); 4] = [
    ("CREATE", Operation::Create),
    ("UPDATE", Operation::Update),
    ("DELETE", Operation::Delete),
    ("CONNECT", Operation::Connect),
];

pub(super) fn read(object: &Object, cluster: &Cluster) -> (Vec<Case>, Vec<Problem>) {
    let mut form = Form::new(object);
    let root = object.root();
    form.known(root, &["apiVersion", "kind", "metadata", "cases"]);
    let nodes = form.maps(root, "cases", CASE);
    if nodes.is_empty() && root.get("cases").is_none_or(|list| list.kind() == Kind::Seq) {
        form.refuse(root, "cases", "is required: list at least one case");
    }
    let cases = nodes.into_iter().filter_map(|node| case(&mut form, node, cluster)).collect();
    (cases, form.problems)
}

fn case<'a>(form: &mut Form<'a>, node: Node<'a>, cluster: &Cluster) -> Option<Case> {
    let name = form.required(node, "name", "say what the case shows");
    let request = request(form, node, cluster);
    let expect = expect(form, node);
    let span = node.get("name").map_or(node.span(), Node::span);
    Some(Case {
        name: name?.to_owned(),
        source: node.source().clone(),
        span,
        request: request?,
        expect: expect?,
    })
}

fn request<'a>(form: &mut Form<'a>, node: Node<'a>, cluster: &Cluster) -> Option<Request> {
    let operation = form.choice(node, "operation", &OPERATIONS, Operation::Create);
    let given = |form: &mut Form<'a>, key: &str| form.typed(node, key, Kind::Map).map(crate::value::of);
    let (object, old) = (given(form, "object"), given(form, "oldObject"));
    // The object of a deletion is the one that goes.
    let (object, old) = match operation {
        Operation::Delete => (None, old.or(object)),
        _ => (object, old),
    };
    let Some(shown) = object.as_ref().or(old.as_ref()) else {
        form.refuse(node, "object", "is required: the object of the request");
        return None;
    };
    let text = |path: &str| shown.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (api_version, kind) = (text("/apiVersion"), text("/kind"));
    if api_version.is_empty() || kind.is_empty() {
        form.refuse(node, "object", "needs `apiVersion` and `kind`");
        return None;
    }
    let kind = GroupVersionKind::of(&api_version, &kind);
    let scope = cluster.scope(&kind).unwrap_or(Scope::Namespaced);
    let written = form.text(node, "namespace").unwrap_or_default().to_owned();
    let namespace = match scope {
        Scope::Cluster if kind.kind == "Namespace" => text("/metadata/name"),
        Scope::Cluster => String::new(),
        Scope::Namespaced => {
            let choices = [written, text("/metadata/namespace"), "default".to_owned()];
            choices.into_iter().find(|name| !name.is_empty()).unwrap_or_default()
        }
    };
    let served = |object: Option<Value>| object.map(|object| placed(as_served(object), scope, &namespace));
    Some(Request {
        operation,
        resource: resource(form, node, &kind),
        subresource: form.text(node, "subresource").unwrap_or_default().to_owned(),
        name: form.text(node, "objectName").map_or_else(|| text("/metadata/name"), str::to_owned),
        object: served(object),
        old_object: served(old),
        options: form.typed(node, "options", Kind::Map).map(crate::value::of),
        dry_run: form.typed(node, "dryRun", Kind::Bool).and_then(Node::bool).unwrap_or_default(),
        user: user(form, node),
        namespace,
        kind,
    })
}

/// The resource: as written (`apps/v1/deployments`, `v1/pods`), or that of the kind.
fn resource<'a>(form: &mut Form<'a>, node: Node<'a>, kind: &GroupVersionKind) -> GroupVersionResource {
    let written = form.text(node, "resource").unwrap_or_default();
    let mut parts = written.rsplitn(3, '/');
    let name =
        parts.next().filter(|name| !name.is_empty()).map_or_else(|| resource_of(&kind.kind).0, str::to_owned);
    let (group, version) = match (parts.next(), parts.next()) {
        (Some(version), group) => (group.unwrap_or_default(), version),
        _ => (kind.group.as_str(), kind.version.as_str()),
    };
    GroupVersionResource { group: group.to_owned(), version: version.to_owned(), resource: name }
}

/// The object with the namespace of its request; what a connection carries has no metadata.
fn placed(mut object: Value, scope: Scope, namespace: &str) -> Value {
    let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
    if let Some(metadata) = metadata.filter(|_| scope == Scope::Namespaced) {
        metadata.insert("namespace".to_owned(), namespace.into());
    }
    object
}

fn user<'a>(form: &mut Form<'a>, node: Node<'a>) -> User {
    let Some(node) = form.map(node, "user", &["username", "uid", "groups", "extra"]) else {
        return User { username: NOBODY.to_owned(), groups: vec![EVERYBODY.to_owned()], ..User::default() };
    };
    let texts = |list: Vec<(Node<'a>, &'a str)>| list.into_iter().map(|(_, text)| text.to_owned()).collect();
    let groups = match node.get("groups") {
        None => vec![EVERYBODY.to_owned()],
        Some(_) => texts(form.texts(node, "groups")),
    };
    let mut extra = std::collections::BTreeMap::new();
    if let Some(map) = form.typed(node, "extra", Kind::Map) {
        for (key, _) in map.entries() {
            let key = key.key_text().into_owned();
            let values = texts(form.texts(map, &key));
            extra.insert(key, values);
        }
    }
    User {
        username: form.text(node, "username").unwrap_or(NOBODY).to_owned(),
        uid: form.text(node, "uid").unwrap_or_default().to_owned(),
        groups,
        extra,
    }
}

fn expect<'a>(form: &mut Form<'a>, node: Node<'a>) -> Option<Expect> {
    if node.get("expect").is_none() {
        form.refuse(node, "expect", "is required: say at least `allowed: true` or `allowed: false`");
    }
    let node = form.map(node, "expect", EXPECT)?;
    let allowed = form.typed(node, "allowed", Kind::Bool).and_then(Node::bool);
    if node.get("allowed").is_none() {
        form.refuse(node, "allowed", "is required: true or false");
    }
    let map = |form: &mut Form<'a>, key: &str| match form.typed(node, key, Kind::Map).map(crate::value::of) {
        Some(Value::Object(map)) => Some(map),
        _ => None,
    };
    let warnings = node.get("warnings").is_some().then(|| form.texts(node, "warnings"));
    Some(Expect {
        allowed: allowed?,
        message: form.text(node, "message").map(str::to_owned),
        reason: form.text(node, "reason").map(str::to_owned),
        code: form.typed(node, "code", Kind::Int).and_then(Node::int),
        warnings: warnings.map(|list| list.into_iter().map(|(_, text)| text.to_owned()).collect()),
        audit_annotations: map(form, "auditAnnotations"),
        changes: map(form, "changes"),
    })
}
