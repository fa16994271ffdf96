//! What is filled in where a new pod says nothing?
//!
//! Only what is missing is written, so a second pass changes nothing. A workload is left as it is, but it
//! is judged as if its template were filled in: that is what its pods will be.

use std::sync::Arc;

use finding::Source;
use object::{Inventory, Object, Version};
use serde_json::{Map, Value, json};

use super::rules::REGISTRY;
use super::{Lookup, Ready, exempt, makes_pods, pod_security};
use crate::document::{Defaults, Untrusted};
use crate::request::{Operation, Request};
use crate::response::Status;
use crate::value;

/// The request as the policies want it, if that is another one.
pub(super) fn fill_in(
    matching: &[&Ready],
    request: &Request,
    version: Version,
    lookup: &dyn Lookup,
) -> Result<Option<Request>, Status> {
    let is_pod = request.is_about("", "pods");
    let is_new = request.operation == Operation::Create || !is_pod;
    if !(is_pod || makes_pods(request)) || !is_new || !request.subresource.is_empty() {
        return Ok(None);
    }
    let Some(object) = request.object.as_ref().filter(|_| request.undecoded.object.is_none()) else {
        return Ok(None);
    };
    let Some(pod) = object.pods(version).next() else { return Ok(None) };
    let mut spec = None;
    for ready in matching.iter().filter(|ready| concerns(ready, request, object)) {
        let class = sandbox(ready, object, lookup.inventory());
        if !ready.policy.defaults.any() && class.is_none() {
            continue;
        }
        let spec = spec.get_or_insert_with(|| value::of(pod.spec()));
        if let Some(spec) = spec.as_object_mut() {
            pod_defaults(spec, ready.policy.defaults);
            if let Some(class) = class {
                set(spec, "runtimeClassName", json!(class));
            }
        }
    }
    let Some(spec) = spec.filter(|spec| *spec != value::of(pod.spec())) else { return Ok(None) };
    let mut new = value::of(object.root());
    if let Some(slot) = new.pointer_mut(path(object)) {
        *slot = spec;
    }
    let changed = read_again(&new, object)?;
    Ok(Some(Request { object: Some(changed), ..request.clone() }))
}

/// Whether neither the object nor who asks is left alone.
pub(super) fn concerns(ready: &Ready, request: &Request, object: &Object) -> bool {
    let policy = &ready.policy;
    !exempt::by_object(policy, request)
        && exempt::by_request(policy, request).is_none()
        && !pod_security::is_exempt(policy, object)
}

fn path(object: &Object) -> &'static str {
    match object.kind() {
        "Pod" => "/spec",
        "PodTemplate" => "/template/spec",
        "CronJob" => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    }
}

/// The RuntimeClass for a pod that names none and has an image from elsewhere.
fn sandbox<'p>(ready: &'p Ready, object: &Object, inventory: &Inventory) -> Option<&'p str> {
    let Untrusted::RuntimeClass(class) = &ready.policy.untrusted else { return None };
    let rules = ready.rules.as_ref()?;
    let names_one = object.pods(Version::NEWEST).any(|pod| pod.at("runtimeClassName").is_some());
    if names_one {
        return None;
    }
    let found = rules.judge(object, inventory).iter().any(|finding| REGISTRY.contains(&finding.id));
    found.then_some(class.as_str())
}

fn pod_defaults(spec: &mut Map<String, Value>, defaults: Defaults) {
    if defaults.seccomp_profile && !names_seccomp(spec) {
        let context = entry(spec, "securityContext");
        if let Some(context) = context {
            set(context, "seccompProfile", json!({"type": "RuntimeDefault"}));
        }
    }
    if let Some(mount) = defaults.automount_service_account_token {
        set(spec, "automountServiceAccountToken", json!(mount));
    }
    if is_windows(spec) {
        return;
    }
    for list in ["initContainers", "containers"] {
        let containers = spec.get_mut(list).and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten().filter_map(Value::as_object_mut) {
            container_defaults(container, defaults);
        }
    }
}

/// Whether the pod or one of its containers chose a profile: a choice is not undone from above.
fn names_seccomp(spec: &Map<String, Value>) -> bool {
    let names = |holder: &Map<String, Value>| {
        let context = holder.get("securityContext");
        context.and_then(|context| context.get("seccompProfile")).is_some_and(|profile| !profile.is_null())
    };
    let lists = ["initContainers", "containers", "ephemeralContainers"].into_iter();
    let mut containers =
        lists.filter_map(|list| spec.get(list)?.as_array()).flatten().filter_map(Value::as_object);
    names(spec) || containers.any(names) || is_windows(spec)
}

/// Windows knows none of these controls, and an API server refuses them there.
fn is_windows(spec: &Map<String, Value>) -> bool {
    spec.get("os").and_then(|os| os.get("name")).and_then(Value::as_str) == Some("windows")
}

fn container_defaults(container: &mut Map<String, Value>, defaults: Defaults) {
    if !defaults.drop_capabilities && defaults.read_only_root_filesystem.is_none() {
        return;
    }
    let Some(context) = entry(container, "securityContext") else { return };
    let is_privileged = context.get("privileged").and_then(Value::as_bool) == Some(true);
    if defaults.drop_capabilities && !is_privileged {
        // What a container drops or adds is its author's choice; only silence is filled.
        if context.get("capabilities").is_none_or(Value::is_null) {
            set(context, "capabilities", json!({"drop": ["ALL"]}));
        } else if let Some(capabilities) = entry(context, "capabilities") {
            set(capabilities, "drop", json!(["ALL"]));
        }
    }
    if let Some(value) = defaults.read_only_root_filesystem {
        set(context, "readOnlyRootFilesystem", json!(value));
    }
}

/// The mapping under a key, made where there is none; nothing where something else stands.
fn entry<'m>(map: &'m mut Map<String, Value>, key: &str) -> Option<&'m mut Map<String, Value>> {
    let slot = map.entry(key).or_insert(Value::Null);
    if slot.is_null() {
        *slot = json!({});
    }
    slot.as_object_mut()
}

fn set(map: &mut Map<String, Value>, key: &str, value: Value) {
    let slot = map.entry(key).or_insert(Value::Null);
    if slot.is_null() {
        *slot = value;
    }
}

/// The changed object, as if it had come that way.
pub(super) fn read_again(value: &Value, object: &Object) -> Result<Object, Status> {
    let source = Arc::new(Source::file(object.source().name(), value.to_string()));
    let failed = |why: &str| Status::internal(&format!("reading the object with its changes: {why}"));
    let tree = object::json(&source, crate::request::LIMITS).map_err(|problem| failed(&problem.message))?;
    let tree = Arc::new(tree);
    let given = (object.id().api_version.clone(), object.kind().to_owned());
    Object::within(&tree, tree.root(), Some(given)).map_err(failed)
}
