//! What is filled in, and that a second pass fills in nothing.

use serde_json::{Value, json};

use super::{Cluster, decide, request};
use policy::patch::{Patch, Step};
use policy::value;

const SPEC: &str = "{defaults: {seccompProfile: RuntimeDefault, automountServiceAccountToken: false, dropCapabilities: [ALL], readOnlyRootFilesystem: true}}";

fn pod(spec: &str) -> String {
    format!("{{apiVersion: v1, kind: Pod, metadata: {{name: x}}, spec: {spec}}}")
}

fn patched(text: &str, patch: &Patch) -> Value {
    let mut value = value::of(request(text).object.unwrap().root());
    for step in patch.steps() {
        let Step::Add(path, new) = step else { panic!("{step:?}") };
        let (parent, last) = path.rsplit_once('/').unwrap();
        value.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(last.to_owned(), new.clone());
    }
    value
}

#[test]
fn silence_is_filled_and_choices_are_kept() {
    let text = pod(
        "{containers: [{name: a, image: i}, {name: b, image: i, securityContext: {privileged: true, readOnlyRootFilesystem: false}}, \
         {name: c, image: i, securityContext: {capabilities: {add: [CHOWN]}}}], automountServiceAccountToken: true}",
    );
    let response = decide(SPEC, &text, &Cluster::empty());
    let after = patched(&text, &response.patch);
    assert_eq!(after["spec"]["securityContext"], json!({"seccompProfile": {"type": "RuntimeDefault"}}));
    assert_eq!(after["spec"]["automountServiceAccountToken"], true);
    let context = |at: usize| after["spec"]["containers"][at]["securityContext"].clone();
    assert_eq!(context(0), json!({"capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": true}));
    assert_eq!(context(1), json!({"privileged": true, "readOnlyRootFilesystem": false}));
    assert_eq!(context(2)["capabilities"], json!({"add": ["CHOWN"], "drop": ["ALL"]}));
    let again = decide(SPEC, &after.to_string(), &Cluster::empty());
    assert!(again.patch.is_empty(), "{:?}", again.patch);
}

#[test]
fn a_profile_that_was_chosen_stays_and_windows_is_left_alone() {
    let only_seccomp = "{defaults: {seccompProfile: RuntimeDefault}}";
    for spec in [
        "{containers: [{name: a, image: i, securityContext: {seccompProfile: {type: Unconfined}}}]}",
        "{securityContext: {seccompProfile: {type: Localhost, localhostProfile: p}}, containers: []}",
        "{os: {name: windows}, containers: [{name: a, image: i}]}",
    ] {
        assert!(decide(only_seccomp, &pod(spec), &Cluster::empty()).patch.is_empty(), "{spec}");
    }
}

#[test]
fn the_pod_is_judged_as_it_will_be() {
    let spec = "{podSecurity: {level: restricted}, defaults: {seccompProfile: RuntimeDefault, dropCapabilities: [ALL]}}";
    let hardened = "{securityContext: {runAsNonRoot: true}, containers: [{name: a, image: i, securityContext: {allowPrivilegeEscalation: false}}]}";
    let response = decide(spec, &pod(hardened), &Cluster::empty());
    assert!(response.is_allowed() && response.warnings.is_empty(), "{response:?}");
    let workload = format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: x}}, spec: {{template: {{spec: {hardened}}}}}}}"
    );
    let response = decide(spec, &workload, &Cluster::empty());
    assert!(response.patch.is_empty() && response.warnings.is_empty(), "{response:?}");
}

#[test]
fn an_update_of_a_pod_fills_in_nothing() {
    let pod = pod("{containers: [{name: a, image: i}]}");
    let text = format!(
        "{{apiVersion: admission.k8s.io/v1, kind: AdmissionReview, request: {{uid: u, name: x, namespace: shop, operation: UPDATE, \
         kind: {{group: '', version: v1, kind: Pod}}, resource: {{group: '', version: v1, resource: pods}}, \
         object: {pod}, oldObject: {pod}}}}}"
    );
    assert!(decide(SPEC, &text, &Cluster::empty()).patch.is_empty());
}
