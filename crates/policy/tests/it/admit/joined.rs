//! `Policy`, PodSecurityPolicy and Kubernetes' own policies in one decision.

use object::Version;
use policy::decide::Decider;
use policy::document::{Policies, Reading};
use policy::response::Response;
use serde_json::{Value, json};

use super::{Cluster, Known, message, objects, policies, request, rules, source};

/// A PodSecurityPolicy that leaves everything open but what `spec` says.
fn psp(name: &str, spec: &str) -> String {
    format!(
        "---\n{{apiVersion: policy/v1beta1, kind: PodSecurityPolicy, metadata: {{name: {name}}}, spec: {{seLinux: \
         {{rule: RunAsAny}}, runAsUser: {{rule: RunAsAny}}, supplementalGroups: {{rule: RunAsAny}}, fsGroup: \
         {{rule: RunAsAny}}, volumes: ['*'], {spec}}}}}\n"
    )
}

fn policy(name: &str, spec: &str) -> String {
    format!(
        "---\n{{apiVersion: cofferdam.dev/v1alpha1, kind: Policy, metadata: {{name: {name}}}, spec: {spec}}}\n"
    )
}

/// A policy of Kubernetes' own for pods, and its binding.
fn own(family: &str, name: &str, spec: &str, binding: &str) -> String {
    let version = "apiVersion: admissionregistration.k8s.io/v1";
    let operations = if family == "Mutating" { "CREATE, UPDATE" } else { "CREATE, UPDATE, DELETE" };
    format!(
        "---\n{{{version}, kind: {family}AdmissionPolicy, metadata: {{name: {name}}}, spec: {{matchConstraints: \
         {{resourceRules: [{{apiGroups: ['', apps], apiVersions: [v1], operations: [{operations}], \
         resources: [pods, deployments]}}]}}, {spec}}}}}\n---\n{{{version}, kind: {family}AdmissionPolicyBinding, \
         metadata: {{name: {name}}}, spec: {{policyName: {name}{binding}}}}}\n"
    )
}

fn validating(name: &str, expression: &str, actions: &str) -> String {
    let spec = format!("validations: [{{expression: \"{expression}\", message: {name} says no}}]");
    own("Validating", name, &spec, &format!(", validationActions: [{actions}]"))
}

fn labelling(name: &str) -> String {
    let patch = format!("Object{{metadata: Object.metadata{{labels: {{'{name}': 'yes'}}}}}}");
    let spec = format!(
        "reinvocationPolicy: Never, mutations: [{{patchType: ApplyConfiguration, applyConfiguration: {{expression: \
         \"{patch}\"}}}}]"
    );
    own("Mutating", name, &spec, "")
}

fn decider(text: &str) -> Decider {
    Decider::new(policies(text), Version::NEWEST, &rules::compile)
}

fn decide(text: &str, asked: &str) -> Response {
    decider(text).decide(&request(asked), &Cluster::empty())
}

fn patch(response: &Response) -> Vec<Value> {
    serde_json::from_str(&response.patch.to_json()).unwrap()
}

const POD: &str =
    "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: a, image: x}]}}";
const ANY_SECCOMP: &str =
    "{name: tight, annotations: {seccomp.security.alpha.kubernetes.io/allowedProfileNames: '*'}}";
const HOST: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {hostNetwork: true, containers: [{name: a, image: x}]}}";

#[test]
fn a_pod_security_policy_refuses_in_the_words_of_1_24() {
    let all = policy("old", "{podSecurityPolicies: [tight]}") + &psp("tight", "privileged: false");
    let refused = decide(&all, HOST);
    assert_eq!(
        message(&refused),
        "pods \"web\" is forbidden: PodSecurityPolicy: unable to admit pod: [spec.securityContext.hostNetwork: \
         Invalid value: true: Host network is not allowed to be used]"
    );
    assert_eq!(refused.denied.unwrap().code, 403);
}

#[test]
fn a_pod_security_policy_changes_a_new_pod_and_signs() {
    let all = policy("old", "{podSecurityPolicies: [tight]}")
        + &psp("tight", "allowPrivilegeEscalation: false, requiredDropCapabilities: [ALL]");
    let allowed = decide(&all, POD);
    assert_eq!(
        patch(&allowed),
        [
            json!({"op": "add", "path": "/metadata/annotations", "value": {"kubernetes.io/psp": "tight"}}),
            json!({"op": "add", "path": "/spec/containers/0/securityContext",
                   "value": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}),
        ]
    );
    assert_eq!(allowed.audit["admit-policy"], "tight");
    assert_eq!(allowed.audit["validate-policy"], "tight");
}

#[test]
fn a_warning_policy_changes_nothing_and_refuses_nothing() {
    for (mode, warnings) in [("warn", 1), ("audit", 0)] {
        let all = policy("old", &format!("{{mode: {mode}, podSecurityPolicies: [tight]}}"))
            + &psp("tight", "requiredDropCapabilities: [ALL]");
        let fine = decide(&all, POD);
        assert!(fine.is_allowed() && fine.patch.is_empty() && fine.warnings.is_empty(), "{fine:?}");
        let told = decide(&all, HOST);
        assert!(told.is_allowed() && told.patch.is_empty(), "{told:?}");
        assert_eq!(told.warnings.len(), warnings, "{told:?}");
        assert!(told.audit["policy-violations"].contains("Host network is not allowed to be used"));
    }
}

#[test]
fn a_workload_is_warned_about() {
    let all = policy("old", "{podSecurityPolicies: [tight]}") + &psp("tight", "privileged: false");
    let deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: \
                      {hostNetwork: true, containers: [{name: a, image: x}]}}}}";
    let told = decide(&all, deployment);
    assert!(told.is_allowed() && told.patch.is_empty(), "{told:?}");
    assert!(told.warnings[0].contains("unable to admit pod: ["), "{told:?}");
}

#[test]
fn an_update_is_only_validated() {
    let all = policy("old", "{podSecurityPolicies: [tight]}") + &psp("tight", "privileged: false");
    let review = |image: &str| {
        let pod = |image: &str| {
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
            "spec": {"hostNetwork": true, "containers": [{"name": "a", "image": image}]}})
        };
        json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "1",
            "kind": {"group": "", "version": "v1", "kind": "Pod"}, "name": "web", "namespace": "shop",
            "resource": {"group": "", "version": "v1", "resource": "pods"}, "operation": "UPDATE",
            "object": pod(image), "oldObject": pod("old")}})
        .to_string()
    };
    assert!(message(&decide(&all, &review("new"))).contains("unable to validate pod: ["));
    assert!(decide(&all, &review("old")).is_allowed());
}

#[test]
fn roles_say_who_may_use_which() {
    let all = policy("old", "{podSecurityPolicies: [tight, wide]}")
        + &psp("tight", "privileged: false")
        + &psp("wide", "hostNetwork: true");
    let asked = request(HOST);
    assert!(decider(&all).decide(&asked, &Cluster::empty()).is_allowed());
    let roles = |name: &str| {
        let group = "apiVersion: rbac.authorization.k8s.io/v1";
        let rule = format!(
            "{{apiGroups: [policy], resources: [podsecuritypolicies], verbs: [use], resourceNames: [{name}]}}"
        );
        objects(&format!(
            "{{{group}, kind: ClusterRole, metadata: {{name: r}}, rules: [{rule}]}}\n---\n{{{group}, kind: RoleBinding, \
             metadata: {{name: b, namespace: default}}, roleRef: {{kind: ClusterRole, name: r}}, subjects: [{{kind: \
             ServiceAccount, name: default}}]}}\n"
        ))
    };
    let with = |name: &str| decider(&all).decide(&asked, &Cluster::empty().with(roles(name)));
    assert!(with("wide").is_allowed());
    assert!(message(&with("tight")).contains("[spec.securityContext.hostNetwork"));
    assert!(message(&with("none")).ends_with("PodSecurityPolicy: unable to admit pod: []"));
}

#[test]
fn whom_a_policy_leaves_alone_its_pod_security_policies_do_too() {
    let spec = "{podSecurityPolicies: [tight], exemptions: {objects: [Pod/web]}}";
    let allowed = decide(&(policy("old", spec) + &psp("tight", "requiredDropCapabilities: [ALL]")), HOST);
    assert!(allowed.is_allowed() && allowed.patch.is_empty(), "{allowed:?}");
}

#[test]
fn what_admission_policies_refuse_is_told_in_their_words() {
    let all = validating("rule", "object.spec.containers.all(c, c.image != 'x')", "Deny");
    let refused = decide(&all, POD);
    assert_eq!(
        message(&refused),
        "pods \"web\" is forbidden: ValidatingAdmissionPolicy 'rule' with binding 'rule' denied request: rule says no"
    );
    let status = refused.denied.unwrap();
    assert_eq!((status.code, status.reason.as_str()), (422, "Invalid"));
}

#[test]
fn reasons_of_all_kinds_stand_together() {
    let all = policy("old", "{podSecurityPolicies: [tight], podSecurity: {level: baseline}}")
        + &psp("tight", "privileged: false")
        + &validating("rule", "false", "Deny")
        + &validating("talk", "false", "Warn, Audit");
    let refused = decide(&all, HOST);
    let said = message(&refused);
    for part in
        ["violates PodSecurity", "unable to admit pod: [", "'rule' with binding 'rule' denied request"]
    {
        assert!(said.contains(part), "{said}");
    }
    assert!(refused.warnings.iter().any(|text| text.contains("'talk'")), "{refused:?}");
    assert!(refused.audit["validation_failure"].contains("talk says no"), "{refused:?}");
}

#[test]
fn all_that_changes_a_pod_is_one_patch_and_nothing_the_second_time() {
    let all = policy("old", "{podSecurityPolicies: [tight], defaults: {seccompProfile: RuntimeDefault}}")
        + &psp("tight", "requiredDropCapabilities: [ALL]").replace("{name: tight}", ANY_SECCOMP)
        + &labelling("team")
        + &validating(
            "sees",
            "object.metadata.labels['team'] == 'yes' && 'kubernetes.io/psp' in object.metadata.annotations",
            "Deny",
        );
    let allowed = decide(&all, POD);
    assert_eq!(message(&allowed), "");
    let paths: Vec<String> =
        patch(&allowed).iter().map(|step| step["path"].as_str().unwrap().to_owned()).collect();
    // What the server only fills in on its own, such as `restartPolicy`, is no part of it.
    assert_eq!(
        paths,
        [
            "/metadata/annotations",
            "/metadata/labels",
            "/spec/containers/0/securityContext",
            "/spec/securityContext"
        ]
    );
    let changed = json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web", "annotations": value(&allowed, 0), "labels": value(&allowed, 1)},
        "spec": {"containers": [{"name": "a", "image": "x", "securityContext": value(&allowed, 2)}],
                 "securityContext": value(&allowed, 3)}});
    let again = decide(&all, &changed.to_string());
    assert!(again.is_allowed() && again.patch.is_empty(), "{again:?}");
}

fn value(response: &Response, at: usize) -> Value {
    patch(response)[at]["value"].clone()
}

#[test]
fn what_a_mutating_policy_does_to_a_pod_the_others_still_judge() {
    let spec = "reinvocationPolicy: Never, mutations: [{patchType: JSONPatch, jsonPatch: {expression: \"[JSONPatch{op: \
                'add', path: '/spec/hostNetwork', value: true}]\"}}]";
    let all = policy("old", "{podSecurityPolicies: [tight]}")
        + &psp("tight", "privileged: false")
        + &own("Mutating", "opens", spec, "");
    assert!(message(&decide(&all, POD)).contains("Host network is not allowed to be used"));
}

#[test]
fn a_workload_is_changed_by_mutating_policies_only() {
    let all = policy("p", "{defaults: {seccompProfile: RuntimeDefault}}") + &labelling("team");
    let deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: \
                      {containers: [{name: a, image: x}]}}}}";
    let changed = decide(&all, deployment);
    assert_eq!(patch(&changed), [json!({"op": "add", "path": "/metadata/labels", "value": {"team": "yes"}})]);
}

#[test]
fn deletions_go_to_validating_policies_with_no_object() {
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "1",
        "kind": {"group": "", "version": "v1", "kind": "Pod"}, "name": "web", "namespace": "shop",
        "resource": {"group": "", "version": "v1", "resource": "pods"}, "operation": "DELETE", "object": null,
        "userInfo": {"username": "ann", "uid": "7", "extra": {"team": ["a"]}},
        "oldObject": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "labels": {"keep": "yes"}}}}});
    let expression = "object != null || oldObject.metadata.labels['keep'] != 'yes' || request.userInfo.uid != '7' || \
                      request.userInfo.extra['team'] != ['a']";
    let all = policy("p", "{podSecurity: {level: restricted}}")
        + &validating("keep", expression, "Deny")
        + &labelling("team");
    assert!(message(&decide(&all, &review.to_string())).contains("keep says no"));
}

#[test]
fn authorizer_asks_the_roles() {
    let all = validating(
        "rule",
        "authorizer.group('').resource('pods').namespace('default').check('use').allowed()",
        "Deny",
    );
    let role = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}, rules: [{apiGroups: \
                [''], resources: [pods], verbs: [use]}]}\n---\n{apiVersion: rbac.authorization.k8s.io/v1, kind: \
                ClusterRoleBinding, metadata: {name: b}, roleRef: {kind: ClusterRole, name: r}, subjects: [{kind: User, \
                name: ann}]}\n";
    let mut asked = request(POD);
    assert!(!decider(&all).decide(&asked, &Cluster::empty().with(objects(role))).is_allowed());
    asked.user.name = "ann".to_owned();
    assert!(decider(&all).decide(&asked, &Cluster::empty().with(objects(role))).is_allowed());
    assert!(!decider(&all).decide(&asked, &Cluster::empty()).is_allowed());
}

#[test]
fn one_bad_policy_never_silences_the_others() {
    let bad = psp("broken", "volumes: [nope]").replace("volumes: ['*'], ", "")
        + &validating("typo", "object.spec.", "Deny")
            .replace("matchConstraints", "failurePolicy: Ignore, matchConstraints")
        + &validating("closed", "object.spec.", "Deny")
        + &policy("absent", "{podSecurityPolicies: [nowhere]}")
        + &policy("wrong", "{podSecurity: {level: strict}}");
    let good = policy("old", "{podSecurityPolicies: [tight]}")
        + &psp("tight", "privileged: false")
        + &validating("rule", "!object.spec.hostNetwork", "Deny");
    let read = Policies::read(&[source(&(bad + &good))], &Known, "2026-11-22".parse().unwrap());
    let said: Vec<String> = read.errors.iter().map(ToString::to_string).collect();
    for part in ["`nowhere`", "`strict`", "nope", "`typo`", "`closed`"] {
        let found =
            said.iter().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}: {said:#?}"));
        assert!(found.starts_with("t.yaml:"), "{found}");
    }
    let refused: Vec<&str> = read.refused.iter().map(|refused| refused.name.as_str()).collect();
    for name in ["broken", "typo", "closed", "absent", "wrong"] {
        assert!(refused.contains(&name), "{name}: {refused:?}");
    }
    let decider = Decider::new(read, Version::NEWEST, &rules::compile);
    let refused = decider.decide(&request(HOST), &Cluster::empty());
    // Which of two admission policies speaks is the server's choice: the first by name.
    for part in ["unable to admit pod: [", "ValidatingAdmissionPolicy 'closed'"] {
        assert!(message(&refused).contains(part), "{}", message(&refused));
    }
}

#[test]
fn a_pod_security_policy_may_stand_among_the_objects() {
    let mut reading = Reading::default();
    let text = source(&policy("old", "{podSecurityPolicies: [tight]}"));
    let read = object::read(&text, object::Limits::default());
    reading.add(&text, &read, &Known, "2026-11-22".parse().unwrap());
    let policies = reading.finish(&objects(&psp("tight", "privileged: false")), Version::NEWEST);
    assert_eq!(policies.errors, []);
    let decider = Decider::new(policies, Version::NEWEST, &rules::compile);
    assert!(message(&decider.decide(&request(HOST), &Cluster::empty())).contains("PodSecurityPolicy"));
}
