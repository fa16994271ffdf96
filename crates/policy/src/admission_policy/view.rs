//! What of a request does an expression see?

use serde_json::{Map, Value, json};

use super::cluster::Cluster;
use super::matching::Matched;
use super::request::Request;

/// The variables of an expression that come of the request.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) object: Option<Value>,
    pub(super) old_object: Option<Value>,
    /// `request` as validations and mutations see it: kind and resource are the matched ones.
    pub(super) request: Value,
    /// `request` as match conditions see it: the resource is the one that was asked for.
    pub(super) condition_request: Value,
    /// None for cluster-scoped objects and for namespaces.
    pub(super) namespace: Option<Value>,
}

impl View {
    /// The view, or why the object cannot be shown as the matched kind.
    pub(super) fn of(request: &Request, matched: &Matched, cluster: &Cluster) -> Result<Self, String> {
        if matched.kind != request.kind {
            let same = matched.kind.kind == request.kind.kind;
            return Err(if same {
                format!(
                    "{} is not converted to {} here: match the version that is asked for",
                    request.kind, matched.kind
                )
            } else {
                format!("{} is no {}", request.kind, matched.kind)
            });
        }
        let seen = if request.is_namespace() { "" } else { request.namespace.as_str() };
        let asked = Matched { resource: request.resource.clone(), kind: matched.kind.clone() };
        Ok(Self {
            object: request.object.clone(),
            old_object: request.old_object.clone(),
            request: described(request, matched),
            condition_request: described(request, &asked),
            namespace: (!seen.is_empty()).then(|| namespace_object(&cluster.namespace(seen))),
        })
    }
}

/// The `AdmissionRequest`, without its objects; what is empty is absent, as in Go.
fn described(request: &Request, matched: &Matched) -> Value {
    let kind = |kind: &super::GroupVersionKind| json!({"group": kind.group, "version": kind.version, "kind": kind.kind});
    let resource = |r: &super::GroupVersionResource| json!({"group": r.group, "version": r.version, "resource": r.resource});
    let mut user = Map::new();
    insert_text(&mut user, "username", &request.user.username);
    insert_text(&mut user, "uid", &request.user.uid);
    if !request.user.groups.is_empty() {
        user.insert("groups".to_owned(), json!(request.user.groups));
    }
    if !request.user.extra.is_empty() {
        user.insert("extra".to_owned(), json!(request.user.extra));
    }
    let mut described = Map::new();
    for (key, value) in [
        ("uid", Value::from("")),
        ("kind", kind(&matched.kind)),
        ("resource", resource(&matched.resource)),
        ("requestKind", kind(&request.kind)),
        ("requestResource", resource(&request.resource)),
        ("operation", request.operation.word().into()),
        ("userInfo", Value::Object(user)),
        ("object", Value::Null),
        ("oldObject", Value::Null),
        ("dryRun", request.dry_run.into()),
        ("options", request.options.clone().unwrap_or_default()),
    ] {
        described.insert(key.to_owned(), value);
    }
    insert_text(&mut described, "subResource", &request.subresource);
    insert_text(&mut described, "requestSubResource", &request.subresource);
    insert_text(&mut described, "name", &request.name);
    insert_text(&mut described, "namespace", &request.namespace);
    Value::Object(described)
}

fn insert_text(map: &mut Map<String, Value>, key: &str, text: &str) {
    if !text.is_empty() {
        map.insert(key.to_owned(), text.into());
    }
}

/// The fields of a namespace that the server exposes.
fn namespace_object(namespace: &Value) -> Value {
    const METADATA: &[&str] = &[
        "name",
        "generateName",
        "namespace",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "labels",
        "annotations",
        "finalizers",
    ];
    let section = |key: &str| namespace.get(key).cloned().unwrap_or_else(|| json!({}));
    let mut metadata = section("metadata");
    if let Some(map) = metadata.as_object_mut() {
        map.retain(|key, _| METADATA.contains(&key.as_str()));
    }
    json!({"metadata": metadata, "spec": section("spec"), "status": section("status")})
}
