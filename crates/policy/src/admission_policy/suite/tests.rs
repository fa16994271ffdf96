use std::sync::Arc;

use finding::Source;
use object::{Limits, read};

use super::super::{Cluster, Policies, nobody};
use super::cases;

const POLICY: &str = "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: few}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]}
  validations: [{expression: object.spec.replicas <= 3, message: too many}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: few}
spec: {policyName: few, validationActions: [Deny]}
";

/// What is said of one case with five replicas.
fn said(expect: &str) -> Vec<String> {
    let text = format!(
        "{POLICY}---\napiVersion: cofferdam.dev/v1alpha1\nkind: PolicyTest\ncases:\n- name: five\n  object: {{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{replicas: 5}}}}\n  expect: {expect}\n"
    );
    let objects = read(&Arc::new(Source::file("t", text)), Limits::default()).objects;
    let cluster = Cluster::new(&objects);
    let (policies, problems) = Policies::load(&objects);
    let (cases, more) = cases(&objects, &cluster);
    let problems = problems.iter().chain(&more).map(ToString::to_string);
    let differences = cases.iter().flat_map(|case| {
        let decision = case.decide(&policies, &cluster, &nobody());
        case.differences(&decision)
            .into_iter()
            .map(|d| format!("{}: expected {}, got {}", d.what, d.expected, d.got))
    });
    problems.chain(differences).collect()
}

#[test]
fn what_is_as_expected_is_not_spoken_of() {
    let message = "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'few' with binding 'few' denied request: too many";
    assert_eq!(said("{allowed: false}"), [""; 0]);
    assert_eq!(
        said(&format!("{{allowed: false, code: 422, reason: Invalid, warnings: [], message: {message:?}}}")),
        [""; 0]
    );
}

#[test]
fn what_differs_is_named() {
    assert_eq!(said("{allowed: false, code: 403}"), ["code: expected 403, got 422"]);
    assert_eq!(said("{allowed: true}").len(), 1);
    assert!(
        said("{allowed: true}")[0].starts_with("decision: expected allowed, got denied: deployments.apps")
    );
}

#[test]
fn a_document_with_faults_is_refused_at_its_line() {
    assert_eq!(
        said("{allow: false}"),
        [
            "t:19:12: PolicyTest ``: cases[0].expect.allow: unknown field `allow`: did you mean `allowed`?",
            "t:19:3: PolicyTest ``: cases[0].expect.allowed: is required: true or false",
        ]
    );
}
