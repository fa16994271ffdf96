//! A mutating webhook changes, a validating one judges; neither does the other's work.

use object::{Inventory, Version};
use policy::decide::{Decider, Labels, Lookup, Pods};
use policy::document::Mode;
use policy::request::{Request, read_review};
use policy::response::Response;
use policy::value;
use serde_json::json;

use super::{Cluster, message, objects, policies, policy, request, rules};

const SPEC: &str = "{podSecurity: {level: restricted}, defaults: {seccompProfile: RuntimeDefault}}";
const CONTAINER: &str = "{name: a, image: 'i:1.2.3', securityContext: {allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: {drop: [ALL]}}}";

fn pod(spec: &str) -> String {
    format!("{{apiVersion: v1, kind: Pod, metadata: {{name: x, namespace: shop}}, spec: {spec}}}")
}

fn almost() -> String {
    pod(&format!("{{containers: [{CONTAINER}]}}"))
}

fn filled() -> String {
    pod(&format!(
        "{{securityContext: {{seccompProfile: {{type: RuntimeDefault}}}}, containers: [{CONTAINER}]}}"
    ))
}

#[test]
fn what_nobody_filled_in_is_refused_as_it_is() {
    let (decider, cluster) = (policy(SPEC), Cluster::empty());
    assert!(decider.decide(&request(&almost()), &cluster).is_allowed());
    let response = decider.validate(&request(&almost()), &cluster);
    assert!(message(&response).contains("seccompProfile"), "{response:?}");
    assert!(decider.validate(&request(&filled()), &cluster).is_allowed());
}

#[test]
fn changing_says_nothing_of_what_will_be_refused() {
    let spec = "{podSecurity: {level: restricted}, checks: {named-x: warn}, defaults: {seccompProfile: RuntimeDefault}}";
    let bad = pod("{hostNetwork: true, containers: [{name: a, image: 'i:latest'}]}");
    let response = policy(spec).mutate(&request(&bad), &Cluster::empty());
    assert!(
        response.is_allowed() && response.warnings.is_empty() && response.said.is_empty(),
        "{response:?}"
    );
    assert!(response.patch.to_json().contains("RuntimeDefault"));
    let judged = policy(spec).validate(&request(&bad), &Cluster::empty());
    assert!(judged.patch.is_empty() && !judged.is_allowed(), "{judged:?}");
}

#[test]
fn the_halves_together_are_the_whole() {
    let (decider, cluster) = (policy(SPEC), Cluster::empty());
    let whole = decider.decide(&request(&almost()), &cluster);
    let first = decider.mutate(&request(&almost()), &cluster);
    let second = decider.validate(&request(&filled()), &cluster);
    assert_eq!(first.patch, whole.patch);
    assert_eq!((second.denied, second.warnings, second.audit), (whole.denied, whole.warnings, whole.audit));
}

#[test]
fn a_workload_is_judged_as_its_pods_will_be_and_stays_as_it_is() {
    let text = format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: x}}, spec: {{template: {{spec: {{containers: [{CONTAINER}]}}}}}}}}"
    );
    let (decider, cluster) = (policy(SPEC), Cluster::empty());
    let response = decider.validate(&request(&text), &cluster);
    assert_eq!(response.warnings, Vec::<String>::new());
    assert!(decider.mutate(&request(&text), &cluster).patch.is_empty());
    let bare = policy("{podSecurity: {level: restricted}}").validate(&request(&text), &cluster);
    assert_eq!(bare.warnings.len(), 1, "without the defaults there is something to say");
}

#[test]
fn an_unknown_namespace_is_refused_by_both() {
    let decider =
        policy("{match: {namespaceSelector: {matchLabels: {a: b}}}, podSecurity: {level: baseline}}");
    let of = |response: Response| response.denied.map(|status| status.code);
    assert_eq!(of(decider.mutate(&request(&almost()), &Cluster::empty())), Some(500));
    assert_eq!(of(decider.validate(&request(&almost()), &Cluster::empty())), Some(500));
}

fn documents(text: &str) -> Decider {
    Decider::new(policies(text), Version::NEWEST, &rules::compile)
}

#[test]
fn an_admission_policy_speaks_in_the_half_of_its_kind() {
    let decider = documents(
        r#"
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: never}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  validations: [{expression: "object.metadata.name == 'y'"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: never}
spec: {policyName: never, validationActions: [Deny]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: label}
spec:
  reinvocationPolicy: Never
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  mutations: [{patchType: ApplyConfiguration, applyConfiguration: {expression: "Object{metadata: Object.metadata{labels: {'seen': 'yes'}}}"}}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: label}
spec: {policyName: label}
"#,
    );
    let (asked, cluster) = (request(&almost()), Cluster::empty());
    let first = decider.mutate(&asked, &cluster);
    assert!(first.is_allowed() && first.patch.to_json().contains("seen"), "{first:?}");
    let second = decider.validate(&asked, &cluster);
    assert!(second.patch.is_empty() && message(&second).contains("'never'"), "{second:?}");
    let said: Vec<_> =
        second.said.iter().map(|said| (said.policy.as_str(), said.rule.as_str(), said.mode)).collect();
    assert_eq!(said, [("never", "ValidatingAdmissionPolicy", Mode::Enforce)]);
    assert!(second.cost > 0, "an expression was evaluated");
}

#[test]
fn a_mutating_policy_that_cannot_do_its_work_refuses_at_once() {
    let decider = documents(
        r#"
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: broken}
spec:
  failurePolicy: Fail
  reinvocationPolicy: Never
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  mutations: [{patchType: ApplyConfiguration, applyConfiguration: {expression: "Object{metadata: Object.metadata{name: object.metadata.labels['none']}}"}}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: broken}
spec: {policyName: broken}
"#,
    );
    let response = decider.mutate(&request(&almost()), &Cluster::empty());
    assert!(message(&response).contains("'broken'"), "{response:?}");
    assert_eq!(response.said.len(), 1);
    assert!(decider.validate(&request(&almost()), &Cluster::empty()).is_allowed());
}

#[test]
fn a_pod_security_policy_changes_in_one_half_and_holds_in_the_other() {
    let decider = documents(
        "{apiVersion: cofferdam.dev/v1alpha1, kind: Policy, metadata: {name: p}, spec: {podSecurityPolicies: [one]}}\n---\n\
         {apiVersion: policy/v1beta1, kind: PodSecurityPolicy, metadata: {name: one}, spec: {requiredDropCapabilities: [KILL], \
         seLinux: {rule: RunAsAny}, runAsUser: {rule: RunAsAny}, supplementalGroups: {rule: RunAsAny}, fsGroup: {rule: RunAsAny}, volumes: ['*']}}",
    );
    let (bare, cluster) = (pod("{containers: [{name: a, image: i}]}"), Cluster::empty());
    let first = decider.mutate(&request(&bare), &cluster);
    assert!(first.patch.to_json().contains("KILL"), "{first:?}");
    let second = decider.validate(&request(&bare), &cluster);
    assert!(message(&second).contains("PodSecurityPolicy"), "nobody dropped it: {second:?}");
    assert!(second.said.iter().all(|said| said.rule == "PodSecurityPolicy") && !second.said.is_empty());
    let kept = pod("{containers: [{name: a, image: i, securityContext: {capabilities: {drop: [KILL]}}}]}");
    assert!(decider.validate(&request(&kept), &cluster).is_allowed());
}

#[test]
fn every_rule_that_spoke_is_named_with_its_weight() {
    let spec = "{podSecurity: {level: baseline}, checks: {named-x: warn}}";
    let text = pod("{hostNetwork: true, containers: [{name: a, image: 'i:latest'}]}");
    let response = policy(spec).validate(&request(&text), &Cluster::empty());
    let said: Vec<_> = response.said.iter().map(|said| (said.rule.as_str(), said.mode)).collect();
    assert!(said.contains(&("hostNamespaces", Mode::Enforce)), "{said:?}");
    assert!(said.contains(&("named-x", Mode::Warn)), "{said:?}");
}

/// A cluster on some day, whose pods cannot be listed.
struct Someday(Cluster, &'static str);

impl Lookup for Someday {
    fn labels(&self, namespace: &str) -> Option<&Labels> {
        self.0.labels(namespace)
    }

    fn inventory(&self) -> &Inventory {
        &self.0.inventory
    }

    fn pods(&self) -> Pods<'_> {
        Pods::Unknown
    }

    fn today(&self) -> Option<policy::Date> {
        self.1.parse().ok()
    }
}

#[test]
fn a_waiver_ends_on_its_day_though_nobody_reads_the_policy_again() {
    let decider = policy(
        "{checks: {named-x: enforce}, waivers: [{check: named-x, object: Pod/shop/x, reason: r, owner: o, expires: 2027-06-30}]}",
    );
    let text = pod("{containers: [{name: a, image: 'i:latest'}]}");
    let on = |day| decider.validate(&request(&text), &Someday(Cluster::empty(), day)).is_allowed();
    assert!(on("2027-06-30"));
    assert!(!on("2027-07-01"));
}

fn relabelled(from: &str, to: &str) -> Request {
    let namespace = |level: &str| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"pod-security.kubernetes.io/enforce": level}}});
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "u", "operation": "UPDATE", "name": "shop", "namespace": "shop",
        "kind": {"group": "", "version": "v1", "kind": "Namespace"},
        "resource": {"group": "", "version": "v1", "resource": "namespaces"},
        "object": namespace(to), "oldObject": namespace(from)}});
    request(&review.to_string())
}

#[test]
fn pods_are_asked_for_only_where_a_namespace_asks_for_more() {
    let decider = policy("{podSecurity: {namespaceLabels: true}}");
    assert_eq!(decider.asks_for_pods(&relabelled("baseline", "restricted")), Some("shop"));
    assert_eq!(decider.asks_for_pods(&relabelled("restricted", "baseline")), None);
    assert_eq!(decider.asks_for_pods(&relabelled("baseline", "privileged")), None);
    assert_eq!(decider.asks_for_pods(&request(&almost())), None);
    assert_eq!(policy(SPEC).asks_for_pods(&relabelled("baseline", "restricted")), None);
}

#[test]
fn pods_that_could_not_be_listed_are_said_to_be() {
    let decider = policy("{podSecurity: {namespaceLabels: true}}");
    let cluster = Someday(Cluster::empty(), "2026-11-22");
    let response = decider.validate(&relabelled("baseline", "restricted"), &cluster);
    assert_eq!(response.warnings, ["failed to list pods while checking new PodSecurity enforce level"]);
}

#[test]
fn a_webhook_reads_reviews_of_v1_and_nothing_else() {
    let read = |text: &str| read_review(&super::source(text)).map_err(|error| error.message);
    for (text, fault) in [
        (
            "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"x\"}}",
            "expected an AdmissionReview",
        ),
        (
            "{\"apiVersion\": \"admission.k8s.io/v1beta1\", \"kind\": \"AdmissionReview\"}",
            "only admission.k8s.io/v1 is",
        ),
        ("apiVersion: admission.k8s.io/v1\nkind: AdmissionReview", ""),
        ("[]", "expected an AdmissionReview"),
        ("", ""),
    ] {
        let message = read(text).expect_err(text);
        assert!(message.contains(fault) && !message.is_empty(), "{text}: {message}");
    }
    let review = value::of(objects("{apiVersion: v1, kind: Pod, metadata: {name: x}}")[0].root());
    let text = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "u", "operation": "CREATE", "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"}, "object": review}});
    assert_eq!(read(&text.to_string()).unwrap().uid, "u");
}
