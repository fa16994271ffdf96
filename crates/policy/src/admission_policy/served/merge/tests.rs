use serde_json::{Value, json};

use super::apply;

/// A pod's spec after the configuration's spec is laid over it, or what is said of it.
fn merged(live: Value, patch: Value) -> Value {
    let pod = |spec: Value| json!({"apiVersion": "v1", "kind": "Pod", "spec": spec});
    match apply(&pod(live), &pod(patch), "v1", "Pod") {
        Ok(object) => object["spec"].clone(),
        Err(text) => text.into(),
    }
}

#[test]
fn lists_merge_by_their_keys() {
    let live = json!({"containers": [{"name": "a", "image": "a:1"}, {"name": "b"}]});
    let patch = json!({"containers": [{"name": "b", "image": "b:2"}, {"name": "c"}]});
    let after =
        json!({"containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:2"}, {"name": "c"}]});
    assert_eq!(merged(live, patch), after);
}

#[test]
fn shared_items_take_the_order_of_the_patch() {
    let names = |list: &[&str]| json!({"containers": list.iter().map(|name| json!({"name": name})).collect::<Vec<_>>()});
    assert_eq!(merged(names(&["a", "b", "c"]), names(&["c", "a"])), names(&["b", "c", "a"]));
    assert_eq!(merged(names(&["a", "b"]), names(&["x", "b"])), names(&["a", "x", "b"]));
}

#[test]
fn a_missing_key_field_stands_for_its_default() {
    let live = json!({"containers": [{"name": "a", "ports": [{"containerPort": 80, "protocol": "TCP"}]}]});
    let patch = json!({"containers": [{"name": "a", "ports": [{"containerPort": 80, "name": "web"}]}]});
    let after = json!({"containers": [{"name": "a", "ports": [{"containerPort": 80, "protocol": "TCP", "name": "web"}]}]});
    assert_eq!(merged(live, patch), after);
}

#[test]
fn what_the_server_refuses_is_refused_in_its_words() {
    let atomic =
        merged(json!({}), json!({"nodeSelector": {"a": "b"}, "containers": [{"name": "a", "args": ["x"]}]}));
    assert_eq!(
        atomic,
        "invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.containers[0].args, .spec.nodeSelector"
    );
    let unknown = merged(json!({}), json!({"colour": "red"}));
    assert_eq!(
        unknown,
        "failed to convert patch object to typed object: .spec.colour: field not declared in schema"
    );
    let twice = merged(json!({}), json!({"containers": [{"name": "a"}, {"name": "a"}]}));
    assert_eq!(
        twice,
        "failed to convert patch object to typed object: .spec.containers: duplicate entries for key [name=\"a\"]"
    );
}

#[test]
fn a_kind_without_schema_merges_maps_and_refuses_lists() {
    let live = json!({"apiVersion": "e.x/v1", "kind": "T", "spec": {"a": 1, "list": [1]}});
    let patch = |spec: Value| json!({"apiVersion": "e.x/v1", "kind": "T", "spec": spec});
    let after = apply(&live, &patch(json!({"b": 2})), "e.x/v1", "T").unwrap();
    assert_eq!(after["spec"], json!({"a": 1, "b": 2, "list": [1]}));
    assert_eq!(
        apply(&live, &patch(json!({"list": [2]})), "e.x/v1", "T").unwrap_err(),
        "invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.list"
    );
}
