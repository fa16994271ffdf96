//! Which objects a document holds: lists opened, half-built objects told.

use object::ProblemKind;

use crate::reader::{problems, read};

/// `apiVersion kind/name` of every object.
fn objects(text: &str) -> Vec<String> {
    let read = read(text);
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    read.objects
        .iter()
        .map(|object| format!("{} {}/{}", object.id().api_version, object.kind(), object.name()))
        .collect()
}

#[test]
fn a_list_is_its_items() {
    let text = "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: a}}, \
                {apiVersion: apps/v1, kind: Deployment, metadata: {name: b}}]}";
    assert_eq!(objects(text), ["v1 Pod/a", "apps/v1 Deployment/b"]);
}

#[test]
fn items_of_a_typed_list_take_its_type_when_they_name_none() {
    let text = "{apiVersion: apps/v1, kind: DeploymentList, items: [{metadata: {name: a}}, \
                {apiVersion: v1, kind: Pod, metadata: {name: b}}]}";
    assert_eq!(objects(text), ["apps/v1 Deployment/a", "v1 Pod/b"]);
}

#[test]
fn lists_nest() {
    let text = "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: PodList, items: \
                [{metadata: {name: a}}]}, {apiVersion: v1, kind: List, items: []}]}";
    assert_eq!(objects(text), ["v1 Pod/a"]);
}

#[test]
fn anything_with_items_is_a_list_whatever_its_kind() {
    let text = "{apiVersion: v1, kind: Basket, items: [{apiVersion: v1, kind: Pod, metadata: {name: a}}]}";
    assert_eq!(objects(text), ["v1 Pod/a"]);
    let not_a_list = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, items: {x: y}}";
    assert_eq!(objects(not_a_list), ["v1 ConfigMap/a"]);
}

#[test]
fn an_item_that_is_no_object_is_told() {
    let list = |item: &str| format!("apiVersion: v1\nkind: List\nitems:\n- {item}\n");
    for (item, phrase) in [
        ("null", "a list item that is null, not an object"),
        ("text", "a list item that is a string, not an object"),
        ("[a]", "a list item that is a list, not an object"),
        ("{apiVersion: v1, metadata: {name: a}}", "an object without `kind`"),
        ("{kind: Pod, metadata: {name: a}}", "an object without `apiVersion`"),
    ] {
        let found = problems(&list(item));
        assert_eq!(found.len(), 1, "{item}: {found:?}");
        assert_eq!((found[0].0, found[0].1), (4, ProblemKind::Unreadable), "{item}");
        assert!(found[0].2.contains(phrase), "{item}: {}", found[0].2);
    }
}

#[test]
fn half_of_an_object_is_a_problem_and_other_text_is_foreign() {
    assert_eq!(problems("kind: Pod\nmetadata: {name: a}\n")[0].0, 1);
    for foreign in ["replicaCount: 1\nimage: {tag: x}\n", "services: {web: {image: x}}\n", "- a\n", "text\n"]
    {
        let read = read(foreign);
        assert_eq!((read.objects.len(), read.problems.len(), read.foreign), (0, 0, 1), "{foreign:?}");
    }
    let kustomization =
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n";
    assert_eq!(read(kustomization).foreign, 1);
}

#[test]
fn a_generated_name_stands_for_the_name() {
    assert_eq!(objects("{apiVersion: v1, kind: Pod, metadata: {generateName: a-}}"), ["v1 Pod/a-"]);
    assert_eq!(objects("{apiVersion: v1, kind: Pod, metadata: null}"), ["v1 Pod/"]);
}

#[test]
fn problems_stand_in_the_order_of_the_text() {
    let text = "apiVersion: v1\nkind: List\nitems: [null]\n---\na: [\n---\nb: 1\nb: 2\n--- x\n";
    let lines: Vec<u32> = problems(text).iter().map(|problem| problem.0).collect();
    assert_eq!(lines, [3, 5, 8, 9]);
}
