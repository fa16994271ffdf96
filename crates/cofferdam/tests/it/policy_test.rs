//! `cofferdam policy test`: do cases and policies say the same?

use crate::support::{Place, Ran};

const POLICY: &str = "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: few}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
  validations: [{expression: object.spec.replicas <= 3, message: too <many>}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: few}
spec: {policyName: few, validationActions: [Deny]}
";

const CASES: &str = "\
apiVersion: cofferdam.dev/v1alpha1
kind: PolicyTest
cases:
- name: three are let in
  object: {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 3}}
  expect: {allowed: true, warnings: []}
- name: four are refused
  object: {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 4}}
  expect: {allowed: false, code: 422}
";

fn tested(policy: &str, cases: &str, words: &str) -> Ran {
    let place = Place::new().file("p/policy.yaml", policy).file("p/cases.yaml", cases);
    place.cofferdam(&format!("policy test p {words}")).run()
}

#[test]
fn cases_that_get_their_answers_are_counted() {
    tested(POLICY, CASES, "").ends(0).says("2 cases passed, 0 failed\n");
}

#[test]
fn a_case_that_gets_another_answer_is_shown_with_both() {
    let ran = tested(POLICY, &CASES.replace("allowed: false, code: 422", "allowed: true"), "").ends(1);
    ran.says("p/cases.yaml:7: four are refused\n  decision\n    expected  allowed\n    got       denied: deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'few' with binding 'few' denied request: too <many>\n")
        .says("1 case passed, 1 failed\n");
}

#[test]
fn programs_are_told_the_same() {
    let wrong = CASES.replace("code: 422", "code: 403");
    let json = tested(POLICY, &wrong, "--format json").ends(1);
    let report: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(report["schema"], "cofferdam/policy-test/v1");
    assert_eq!((&report["passed"], &report["failed"]), (&1.into(), &1.into()));
    assert_eq!(
        report["suites"][0]["cases"][1]["differences"],
        serde_json::json!([{"what": "code", "expected": "403", "got": "422"}])
    );
    tested(POLICY, &wrong, "--format junit")
        .ends(1)
        .says("<testsuite name=\"p\" tests=\"2\" failures=\"1\">")
        .says("<failure message=\"code differs\">code: expected 403, got 422</failure>");
}

#[test]
fn a_document_with_faults_is_refused_with_its_place() {
    tested(&POLICY.replace("message: too", "mesage: too"), CASES, "") // typos: ignore
        .ends(2)
        .says("error: p/policy.yaml:7:")
        .says(
            "did you mean `message`?; meanwhile requests that it speaks of are denied (failurePolicy Fail)",
        );
    let place = Place::new().file("p/policy.yaml", POLICY);
    place.cofferdam("policy test p").run().ends(2).complains("no case below p");
}

#[test]
fn a_policy_that_takes_no_effect_is_spoken_of() {
    let alone = POLICY.split("---").next().unwrap();
    tested(alone, CASES, "")
        .ends(2)
        .says("error: p: no policy is in force here, so its cases show nothing")
        .warns("warning: p/policy.yaml:1:1: ValidatingAdmissionPolicy `few`: takes no effect");
}

#[test]
fn a_second_policy_of_one_name_fails_the_test() {
    let twice = format!("{POLICY}---\n{}", POLICY.split("---").next().unwrap_or_default());
    tested(&twice, CASES, "")
        .ends(2)
        .says("p/policy.yaml:14:1: ValidatingAdmissionPolicy `few`: another of this name stands in p/policy.yaml:1:")
        .says("2 cases passed, 0 failed");
}

#[test]
fn a_policy_that_no_case_asks_is_spoken_of() {
    let says = "p/policy.yaml:1:1: ValidatingAdmissionPolicy `few`: no case asks it";
    let allowed = CASES.split("- name: four").next().unwrap_or_default();
    for (right, wrong) in [("resources: [deployments]", "resources: [deployment]"), ("[apps]", "[app]")] {
        tested(&POLICY.replace(right, wrong), allowed, "").ends(0).warns(says);
    }
    let silent = tested(POLICY, allowed, "").ends(0);
    assert_eq!(silent.err, "", "the policy is asked");
    // A parameter that is not there, where that lets everything in.
    let params = "\
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}";
    let bound = "validationActions: [Deny], paramRef: {name: limits, parameterNotFoundAction: Allow}";
    let policy = POLICY.replacen("spec:", params, 1).replace("validationActions: [Deny]", bound);
    tested(&policy, allowed, "").ends(0).warns(says);
    let limits = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: limits, namespace: default}\n";
    assert_eq!(tested(&format!("{policy}{limits}"), allowed, "").ends(0).err, "");
}

#[test]
fn a_label_that_a_mutation_adds_may_be_what_a_policy_selects_by() {
    let add = "\
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: label}
spec:
  reinvocationPolicy: Never
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration: {expression: \"Object{metadata: Object.metadata{labels: {'tier': 'web'}}}\"}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: label}
spec: {policyName: label}
";
    let selected = POLICY
        .replace("matchConstraints:", "matchConstraints:\n    objectSelector: {matchLabels: {tier: web}}");
    let ran = tested(&format!("{selected}{add}"), CASES, "").ends(0);
    assert_eq!(ran.err, "");
}

#[test]
fn words_of_the_api_server_come_with_the_way_out() {
    let missing = POLICY.replace("object.spec.replicas", "object.spec.replica"); // typos: ignore
    tested(&missing, CASES, "")
        .ends(1)
        .says("no such key: replica\n    help      the object, the parameters");
    let json = tested(&missing, CASES, "--format json").ends(1);
    let report: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let help = &report["suites"][0]["cases"][0]["differences"][0]["help"];
    assert!(help.as_str().unwrap().contains("`.orValue(…)`"), "{help}");
}

#[test]
fn who_asks_is_somebody() {
    let asked = POLICY.replace(
        "validations: [{expression: object.spec.replicas <= 3, message: too <many>}]",
        "validations: [{expression: \"'system:nodes' in request.userInfo.groups\", messageExpression: \"request.userInfo.username + ' of ' + request.userInfo.groups.join(',')\"}]",
    );
    let cases = |user: &str| {
        CASES
            .split("- name: four")
            .next()
            .unwrap_or_default()
            .replace("  object:", &format!("  {user}\n  object:"))
    };
    tested(&asked, &cases(""), "").ends(1).says("denied request: nobody of system:authenticated");
    tested(&asked, &cases("user: {username: ann}"), "")
        .ends(1)
        .says("denied request: ann of system:authenticated");
    tested(&asked, &cases("user: {groups: ['system:nodes']}"), "").ends(0);
    tested(&asked, &cases("user: {groups: []}"), "").ends(1).says("no such key: groups");
}

#[test]
fn a_directory_that_is_not_there_is_named_once() {
    let ran = Place::new().cofferdam("policy test absent").run().ends(2);
    assert_eq!(ran.err, "error: absent: no such file or directory\n");
}

#[test]
fn cases_without_a_policy_show_nothing() {
    let only_allowed = CASES.split("- name: four").next().unwrap_or_default();
    tested("", only_allowed, "")
        .ends(2)
        .says("error: p: no policy is in force here, so its cases show nothing");
}

#[test]
fn a_document_that_takes_no_part_is_named_with_the_nearest_kind() {
    let stranger = |api_version: &str, kind: &str| {
        let text = format!("{POLICY}---\napiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x}}\n");
        tested(&text, CASES, "").ends(2)
    };
    for (api_version, kind, says) in [
        (
            "admissionregistration.k8s.io/v1",
            "ValidatingAdmissionPolcy",
            ":15:1: ValidatingAdmissionPolcy `x`: kind: takes no part in a test: did you mean `ValidatingAdmissionPolicy`?",
        ), // typos: ignore
        (
            "admissionregistration.k8s.io/v1beta9",
            "ValidatingAdmissionPolicy",
            "`v1beta9` is not supported: use one of v1, v1beta1, v1alpha1",
        ),
        (
            "admissionregistration.k8.io/v1",
            "ValidatingAdmissionPolicy",
            "is of admissionregistration.k8s.io, not of `admissionregistration.k8.io`: mend `apiVersion`",
        ),
        (
            "cofferdam.dev/v1alpha1",
            "Policy",
            ":14:1: `spec` is missing: a policy that says nothing decides nothing",
        ),
        ("policy/v1beta1", "PodSecurityPolicy", ":14:1: a policy needs a `spec`: seLinux"),
        ("apps/v1", "PodSecurityPolicy", "is of policy, not of `apps`: mend `apiVersion`"),
        (
            "cofferdam.dev/v1beta1",
            "PolicyTest",
            "`cofferdam.dev/v1beta1` is not understood: write cofferdam.dev/v1alpha1",
        ),
        ("rbac.authorization.k8s.io/v1", "Rol", "no kind of rbac.authorization.k8s.io: did you mean `Role`?"),
        ("v1", "ConfigMap", "no policy here has it as `paramKind`"),
    ] {
        stranger(api_version, kind).says(says);
    }
    let overlay = format!("{POLICY}---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n");
    tested(&overlay, CASES, "").ends(0);
    let lost = CASES.replace("kind: PolicyTest", "kind: PolicyTests");
    let place = Place::new().file("p/policy.yaml", POLICY).file("p/cases.yaml", CASES);
    let place = place.file("q/policy.yaml", POLICY).file("q/cases.yaml", lost);
    place
        .cofferdam("policy test .")
        .run()
        .ends(2)
        .says("q/cases.yaml:2:1: PolicyTests ``: kind: takes no part in a test: did you mean `PolicyTest`?");
}

#[test]
fn a_damaged_role_grants_nothing_and_fails_the_test() {
    let role =
        "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\nrules: 5\n";
    tested(&format!("{POLICY}{role}"), CASES, "")
        .ends(2)
        .says("p/policy.yaml:17:1: ClusterRole `a`: rules: must be a list, but is an integer; meanwhile what is wrong in it grants nothing");
}

const OURS: &str = "\
apiVersion: cofferdam.dev/v1alpha1
kind: Policy
metadata: {name: ours}
spec:
  podSecurity: {level: baseline}
  podSecurityPolicies: [tenant]
  checks: {mutable-image-tag: warn}
  defaults: {automountServiceAccountToken: false}
---
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: {name: tenant}
spec:
  volumes: [\"*\"]
  runAsUser: {rule: RunAsAny}
  seLinux: {rule: RunAsAny}
  supplementalGroups: {rule: RunAsAny}
  fsGroup: {rule: MustRunAs, ranges: [{min: 7, max: 9}]}
---
";

const PODS: &str = "\
apiVersion: cofferdam.dev/v1alpha1
kind: PolicyTest
cases:
- name: a pod is filled in
  object: {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: a, image: nginx:1.27}]}}
  expect:
    allowed: true
    warnings: []
    auditAnnotations: {admit-policy: tenant, validate-policy: tenant, enforce-policy: baseline:latest}
    changes:
      metadata.annotations: {kubernetes.io/psp: tenant}
      spec.automountServiceAccountToken: false
      spec.securityContext.fsGroup: 7
- name: the standard holds
  object: {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {hostPID: true, containers: [{name: a, image: nginx:1.27}]}}
  expect: {allowed: false, code: 403, reason: Forbidden}
- name: the check warns
  object: {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: a, image: nginx}]}}
  expect:
    allowed: true
    warnings: ['would violate Policy \"ours\": mutable-image-tag: spec.containers[0].image: image `nginx` has no tag, so it is whatever `latest` is on the day']
- name: the others have their say
  object: {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 4}}
  expect: {allowed: false, code: 422}
";

#[test]
fn our_own_policies_take_part_as_in_the_webhook() {
    tested(&format!("{OURS}{POLICY}"), PODS, "").ends(0).says("4 cases passed, 0 failed\n");
    let wrong = PODS.replace("fsGroup: 7", "fsGroup: 8");
    tested(&format!("{OURS}{POLICY}"), &wrong, "").ends(1).says("changes spec.securityContext.fsGroup");
}

#[test]
fn a_policy_of_ours_with_a_mistake_fails_the_test() {
    let all = format!("{OURS}{POLICY}");
    tested(&all.replace("level: baseline", "level: base"), PODS, "")
        .ends(2)
        .says("error: p/policy.yaml:5:24: `base` is none of privileged, baseline, restricted");
    tested(&all.replace("[tenant]", "[tenants]"), PODS, "")
        .ends(2)
        .says("PodSecurityPolicy `tenants` is not among");
    let alone = OURS.split_once("---\n").map_or("", |(_, rest)| rest);
    tested(alone, PODS, "").ends(2).says("no policy is in force here");
}
