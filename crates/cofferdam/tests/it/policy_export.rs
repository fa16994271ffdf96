//! `cofferdam policy export`: what is written, what is left out, and how it ends.

use crate::support::Place;

const POLICY: &str = "\
apiVersion: cofferdam.dev/v1alpha1
kind: Policy
metadata: {name: shop}
spec:
  match: {exclude: [kube-system]}
  checks: {privileged-container: enforce, memory-limit-missing: warn}
";

#[test]
fn what_can_be_said_is_written_and_the_rest_is_named() {
    let ran = Place::with("p.yaml", POLICY).cofferdam("policy export --to vap --policy p.yaml").run().ends(0);
    assert!(!ran.out.contains("memory-limit-missing"));
    ran.says("name: shop-privileged-container\n")
        .says("name: shop-privileged-container-workloads\n")
        .warns("not exported from policy `shop`: memory-limit-missing: it looks at the LimitRanges");
}

#[test]
fn the_written_documents_are_a_policy_test_of_their_own() {
    let place = Place::with("p.yaml", POLICY);
    place.cofferdam("policy export --to vap --policy p.yaml -o t/vap.yaml").run().ends(2);
    std::fs::create_dir(place.path("t")).unwrap();
    place.cofferdam("policy export --to vap --policy p.yaml -o t/vap.yaml").run().ends(0).says("");
    let cases = "\
apiVersion: cofferdam.dev/v1alpha1
kind: PolicyTest
cases:
- name: a privileged pod is refused
  object: {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: b, securityContext: {privileged: true}}]}}
  expect:
    allowed: false
    code: 403
    message: >-
      pods \"a\" is forbidden: ValidatingAdmissionPolicy 'shop-privileged-container' with binding
      'shop-privileged-container' denied request: privileged-container: is privileged: container \"b\"
";
    std::fs::write(place.path("t/cases.yaml"), cases).unwrap();
    place.cofferdam("policy test t").run().says("1 case passed, 0 failed\n").ends(0);
}

#[test]
fn nothing_to_export_is_a_failure() {
    let only = POLICY.replace("privileged-container: enforce, ", "");
    let ran = Place::with("p.yaml", only).cofferdam("policy export --to vap --policy p.yaml").run();
    ran.ends(2).complains("nothing of these policies can be exported");
    let ran = Place::new().cofferdam("policy export --to vap --kube-version 1.29").run();
    ran.ends(2).warns("Kubernetes 1.29 has no ValidatingAdmissionPolicy");
}

#[test]
fn the_default_export_is_the_same_each_time() {
    let first = Place::new().cofferdam("policy export --to vap").run().ends(0);
    let second = Place::new().cofferdam("policy export --to vap").run().ends(0);
    assert_eq!(first.out, second.out);
    assert!(first.out.contains("name: cofferdam-pod-security\n"));
}
