use serde_json::{Value, json};

use super::{TABLE, as_served, parse};

#[test]
fn every_line_of_the_table_is_understood() {
    let text = include_str!("served.txt");
    let fields = text.lines().filter(|line| line.starts_with(' ')).count();
    let types = text.lines().filter(|line| !line.starts_with([' ', '#'])).count();
    let table = parse(text);
    assert_eq!(table.types.values().map(|kind| kind.fields.len()).sum::<usize>(), fields);
    assert_eq!(table.types.len(), types);
    assert!(table.kinds.len() > 60);
}

#[test]
fn every_name_in_the_table_leads_to_a_type() {
    fn names<'s>(shape: &'s super::Shape, into: &mut Vec<&'s str>) {
        match shape {
            super::Shape::Named(name) => into.push(name),
            super::Shape::List(_, item) | super::Shape::Map(_, item) => names(item, into),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for kind in TABLE.types.values() {
        names(&kind.shape, &mut found);
        kind.fields.values().for_each(|field| names(&field.shape, &mut found));
    }
    assert!(found.iter().all(|name| super::named(name).is_some()));
}

#[test]
fn an_object_is_shown_as_the_server_holds_it() {
    let pod = as_served(json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web", "labels": {}, "colour": "red"},
        "spec": {"hostNetwork": false, "containers": [{"name": "web", "image": "web", "resources": {"limits": {"cpu": 0.5}}}]},
    }));
    let at = |path: &str| pod.pointer(path).cloned().unwrap_or(Value::Null);
    assert_eq!(at("/metadata"), json!({"name": "web"}), "unknown fields and empty maps fall away");
    assert_eq!(at("/spec/hostNetwork"), Value::Null, "false is nothing");
    assert_eq!(
        at("/spec/containers/0/resources"),
        json!({"limits": {"cpu": "500m"}, "requests": {"cpu": "500m"}})
    );
    assert_eq!(at("/spec/containers/0/imagePullPolicy"), "Always");
    assert_eq!(at("/spec/securityContext"), json!({}));
    assert_eq!(at("/status"), json!({}), "a struct is there even when nobody wrote it");
}

#[test]
fn defaults_of_workloads_are_filled_in() {
    let deployment = as_served(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"template": {"spec": {"containers": [{"name": "web", "image": "web:1"}]}}},
    }));
    assert_eq!(deployment.pointer("/spec/replicas"), Some(&json!(1)));
    assert_eq!(deployment.pointer("/spec/strategy/rollingUpdate/maxSurge"), Some(&json!("25%")));
    assert_eq!(
        deployment.pointer("/spec/template/spec/containers/0/imagePullPolicy"),
        Some(&json!("IfNotPresent"))
    );
    assert_eq!(
        deployment.pointer("/spec/template/spec/enableServiceLinks"),
        None,
        "only pods have it filled in"
    );
}

#[test]
fn other_kinds_stay_as_they_are_written() {
    let custom = json!({"apiVersion": "example.com/v1", "kind": "Thing", "spec": {"size": 0, "x": null}});
    assert_eq!(as_served(custom.clone()), custom);
}
