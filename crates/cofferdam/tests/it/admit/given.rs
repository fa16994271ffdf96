//! What is given: one object, made by somebody, and a directory that holds policies?

use super::{RESTRICTED, place};
use crate::support::{GOOD, Place};

#[test]
fn a_list_is_never_let_in_unseen() {
    let list = "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod, metadata: {name: a}}]\n";
    let place = place().file("list.yaml", list).file("pods.yaml", list.replace("List", "PodList"));
    let admit =
        |file: &str| place.cofferdam(&format!("admit --policy p.yaml --request {file}")).run().ends(2);
    admit("list.yaml").complains("list.yaml:1:1: a List holds any number of objects");
    admit("pods.yaml").complains("let `cofferdam check --policy` judge them all");
}

#[test]
fn who_makes_a_bare_object_has_a_name_and_a_group() {
    // As in Kubernetes' own examples: without groups the condition would be an error, and the pod be refused.
    let own = "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: all}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  matchConditions: [{name: no-node, expression: \"!('system:nodes' in request.userInfo.groups)\"}]
  validations: [{expression: \"request.userInfo.username == ''\", messageExpression: \"'asked by ' + request.userInfo.username\"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: all}
spec: {policyName: all, validationActions: [Deny]}
";
    let place = Place::with("own.yaml", own).file("pod.yaml", GOOD.split("---").next().unwrap());
    place.cofferdam("admit --policy own.yaml --request pod.yaml").run().ends(1).says("asked by nobody");
    place.check("--policy own.yaml pod.yaml").ends(1).says("asked by nobody");
}

#[test]
fn a_policy_that_says_less_than_it_seems_to_is_spoken_of() {
    let newer = RESTRICTED.replace("restricted", "restricted, version: \"1.99\"");
    let place = Place::with("newer.yaml", newer)
        .file("objects.yaml", RESTRICTED.replace("spec: {", "spec: {exemptions: {objects: [shop/web]}, "))
        .file("pod.yaml", GOOD.split("---").next().unwrap())
        .file("empty/README.md", "nothing");
    let admit = |policy: &str| place.cofferdam(&format!("admit --policy {policy} --request pod.yaml")).run();
    admit("newer.yaml").ends(0).warns("1.99 is newer than any version known here, judged as 1.");
    admit("objects.yaml").ends(2).warns("`shop/web` begins with `shop`, no kind: write Kind/namespace/name");
    admit("empty").ends(2).complains("no policy in empty: there is no .yaml, .yml or .json file");
}

#[test]
fn cases_may_lie_beside_the_policies_and_what_is_looked_up_may_not() {
    let cases = "apiVersion: cofferdam.dev/v1alpha1\nkind: PolicyTest\nmetadata: {name: cases}\ncases: []\n";
    let place = Place::with("p/policy.yaml", RESTRICTED)
        .file("p/cases.yaml", cases)
        .file("q/policy.yaml", RESTRICTED)
        .file("q/limits.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: limits}\n")
        .file("pod.yaml", GOOD.split("---").next().unwrap());
    let admit = |policy: &str| place.cofferdam(&format!("admit --policy {policy} --request pod.yaml")).run();
    assert_eq!(admit("p").ends(0).err, "");
    admit("q")
        .ends(2)
        .warns("q/limits.yaml:2:7: ConfigMap `limits` of v1 is no policy")
        .warns("is given with --objects")
        .warns("ConfigMap `limits` is to be mended, meanwhile it is not in force; the others are in force");
}

#[test]
fn policies_of_ours_lie_in_no_namespace() {
    let labels = RESTRICTED.replace("level: restricted", "namespaceLabels: true");
    Place::with("p.yaml", labels).check("--policy p.yaml p.yaml").ends(0);
}
