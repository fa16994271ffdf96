//! Which pods an object carries, by kind and by shape.

use object::Version;

use crate::reader::read;

/// Names of the containers of each pod, with the label `app` of the pod's own metadata before a colon.
fn pods(text: &str) -> Vec<String> {
    let read = read(text);
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    let pods = read.objects.iter().flat_map(|object| object.pods(Version::NEWEST));
    pods.map(|pod| {
        let app = pod.labels().find(|(key, _)| *key == "app").map_or("", |(_, value)| value);
        let names: Vec<&str> = pod.every_container().map(|container| container.name).collect();
        format!("{app}: {}", names.join(" "))
    })
    .collect()
}

/// An object with a `spec` in flow style, where `@name` is a template with one container of that name.
fn object(api_version: &str, kind: &str, spec: &str) -> String {
    let mut spec = spec.to_owned();
    for name in ["a", "b", "c"] {
        let template = format!(
            "{{metadata: {{labels: {{app: {name}}}}}, spec: {{containers: [{{name: {name}, image: x}}]}}}}"
        );
        spec = spec.replace(&format!("@{name}"), &template);
    }
    format!("{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: o}}, spec: {spec}}}")
}

#[test]
fn kubernetes_own_kinds_carry_their_pod_where_the_api_says() {
    for kind in ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"] {
        assert_eq!(pods(&object("apps/v1", kind, "{template: @a}")), ["a: a"], "{kind}");
    }
    assert_eq!(pods(&object("v1", "ReplicationController", "{template: @a}")), ["a: a"]);
    assert_eq!(pods(&object("batch/v1", "Job", "{template: @a}")), ["a: a"]);
    assert_eq!(pods(&object("batch/v1", "CronJob", "{jobTemplate: {spec: {template: @a}}}")), ["a: a"]);
    assert_eq!(pods(&object("v1", "Pod", "{containers: [{name: a}]}")), [": a"]);
    let template = object("v1", "PodTemplate", "{}").replace("spec: {}", "template: @a");
    let template = template.replace("@a", "{metadata: {labels: {app: a}}, spec: {containers: [{name: a}]}}");
    assert_eq!(pods(&template), ["a: a"]);
}

#[test]
fn a_native_kind_without_its_template_carries_no_pod() {
    assert_eq!(pods(&object("apps/v1", "Deployment", "{other: @a}")), [""; 0]);
    assert_eq!(pods(&object("v1", "ConfigMap", "{template: @a}")), [""; 0]);
    assert_eq!(pods(&object("networking.k8s.io/v1", "Ingress", "{template: @a}")), [""; 0]);
}

#[test]
fn other_kinds_carry_whatever_has_the_shape_of_a_pod() {
    assert_eq!(pods(&object("argoproj.io/v1alpha1", "Rollout", "{replicas: 1, template: @a}")), ["a: a"]);
    assert_eq!(pods(&object("serving.knative.dev/v1", "Service", "{template: @a}")), ["a: a"]);
    assert_eq!(
        pods(&object("batch.volcano.sh/v1alpha1", "Job", "{tasks: [{template: @a}, {template: @b}]}")),
        ["a: a", "b: b"]
    );
    let jobs =
        "{replicatedJobs: [{name: x, template: {spec: {template: @a}}}, {template: {spec: {template: @b}}}]}";
    assert_eq!(pods(&object("jobset.x-k8s.io/v1alpha2", "JobSet", jobs)), ["a: a", "b: b"]);
}

#[test]
fn containers_without_the_shape_of_a_pod_are_not_one() {
    let steps = "{steps: [{name: a, image: x, script: y}], params: [{name: containers}]}";
    assert_eq!(pods(&object("tekton.dev/v1", "Task", steps)), [""; 0]);
    assert_eq!(pods(&object("example.com/v1", "Shelf", "{containers: [{volume: 3}]}")), [""; 0]);
    assert_eq!(pods(&object("example.com/v1", "Shelf", "{containers: []}")), [""; 0]);
    assert_eq!(pods(&object("example.com/v1", "Shelf", "{containers: {name: a, image: x}}")), [""; 0]);
}

#[test]
fn a_definition_of_a_kind_is_no_pod() {
    let schema = "{versions: [{schema: {openAPIV3Schema: {properties: {spec: {properties: \
                  {containers: {type: array, items: {properties: {image: {type: string}}}}, \
                  template: {default: @a}}}}}}}]}";
    assert_eq!(pods(&object("apiextensions.k8s.io/v1", "CustomResourceDefinition", schema)), [""; 0]);
}

#[test]
fn every_list_of_containers_is_walked() {
    let spec = "{initContainers: [{name: i}, {name: s, restartPolicy: Always}], containers: [{name: c}], \
                ephemeralContainers: [{name: e}]}";
    assert_eq!(pods(&object("v1", "Pod", spec)), [": i s c e"]);
    assert_eq!(pods(&object("v1", "Pod", "{containers: null, initContainers: {}}")), [": "]);
}
