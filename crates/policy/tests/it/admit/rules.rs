//! Two rules of our own, and what becomes of what they say.

use finding::{Finding, Severity};
use object::{Inventory, Object, Pod, Version};
use policy::decide::Rules;
use policy::document::Policy;

use super::{Cluster, decide, message};

#[derive(Debug)]
struct Two {
    ids: Vec<&'static str>,
    registries: Vec<String>,
}

pub(crate) fn compile(policy: &Policy, _: Version) -> Box<dyn Rules> {
    Box::new(Two { ids: policy.checks.keys().copied().collect(), registries: policy.registries.clone() })
}

impl Rules for Two {
    /// `named-x`: objects must not be called x. `image-registry-not-allowed`: images start as they should.
    fn judge(&self, object: &Object, _: &Inventory) -> Vec<Finding> {
        let mut found = Vec::new();
        if object.name() == "x" {
            found.push(finding("named-x", object, "metadata.name", "it is called x"));
        }
        for container in object.pods(Version::NEWEST).flat_map(Pod::every_container) {
            let image = container.at("image").and_then(object::Node::str).unwrap_or_default();
            if !self.registries.is_empty() && !self.registries.iter().any(|r| image.starts_with(r)) {
                let field = container.site("image").field;
                found.push(finding("image-registry-not-allowed", object, &field, "from elsewhere"));
            }
        }
        found.retain(|finding| self.ids.contains(&finding.id));
        found
    }
}

fn finding(id: &'static str, object: &Object, field: &str, message: &str) -> Finding {
    Finding {
        id,
        severity: Severity::High,
        message: message.to_owned(),
        source: object.source().clone(),
        span: finding::Span::default(),
        field: field.to_owned(),
        by_name: String::new(),
        object: Some(object.id().clone()),
        container: None,
        pod_security: None,
        labels: Vec::new(),
        secret: None,
        fix: None,
        waived: None,
    }
}

const POD: &str =
    "{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {containers: [{name: a, image: here/a}]}}";

#[test]
fn each_mode_speaks_to_its_own() {
    let say = |mode: &str| decide(&format!("{{checks: {{named-x: {mode}}}}}"), POD, &Cluster::empty());
    let text = "Policy \"p\": named-x: metadata.name: it is called x";
    let enforce = say("enforce");
    assert_eq!(message(&enforce), format!("pods \"x\" is forbidden: violates {text}"));
    let warn = say("warn");
    assert!(warn.is_allowed());
    assert_eq!(warn.warnings, [format!("would violate {text}")]);
    let audit = say("audit");
    assert!(audit.is_allowed() && audit.warnings.is_empty());
    for response in [enforce, warn, audit] {
        assert_eq!(response.audit["policy-violations"], text);
    }
    assert!(say("warn").denied.is_none());
}

#[test]
fn the_standard_and_the_checks_refuse_together() {
    let pod = POD.replace("spec: {", "spec: {hostPID: true, ");
    let response =
        decide("{podSecurity: {level: baseline}, checks: {named-x: enforce}}", &pod, &Cluster::empty());
    assert_eq!(
        message(&response),
        "pods \"x\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostPID=true); \
         violates Policy \"p\": named-x: metadata.name: it is called x"
    );
}

#[test]
fn a_workload_is_warned_about_and_its_pods_are_refused() {
    let deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: x}, spec: {template: {spec: {containers: [{name: a, image: i}]}}}}";
    let response = decide("{checks: {named-x: enforce}}", deployment, &Cluster::empty());
    assert!(response.is_allowed());
    assert_eq!(response.warnings.len(), 1);
    let service = "{apiVersion: v1, kind: Service, metadata: {name: x}}";
    assert!(!decide("{checks: {named-x: enforce}}", service, &Cluster::empty()).is_allowed());
}

fn review(operation: &str, object: &str, old: &str) -> String {
    format!(
        "{{apiVersion: admission.k8s.io/v1, kind: AdmissionReview, request: {{uid: u, name: x, namespace: shop, \
         operation: {operation}, kind: {{group: '', version: v1, kind: Service}}, \
         resource: {{group: '', version: v1, resource: services}}, userInfo: {{username: ann}}, \
         object: {object}, oldObject: {old}}}}}"
    )
}

#[test]
fn an_update_is_refused_for_what_it_brings() {
    let bad = "{apiVersion: v1, kind: Service, metadata: {name: x}}";
    let good = "{apiVersion: v1, kind: Service, metadata: {name: y}}";
    let update =
        |new, old| decide("{checks: {named-x: enforce}}", &review("UPDATE", new, old), &Cluster::empty());
    assert!(!update(bad, good).is_allowed());
    let kept = update(bad, bad);
    assert!(kept.is_allowed() && kept.warnings.len() == 1);
    assert!(
        decide("{checks: {named-x: enforce}}", &review("DELETE", "null", bad), &Cluster::empty())
            .is_allowed()
    );
}

#[test]
fn whom_the_policy_leaves_alone_it_does_not_judge() {
    for (exemption, why) in [
        ("usernames: [ann]", "user"),
        ("namespaces: [shop]", "namespace"),
        ("objects: [Service/shop/x]", "object"),
    ] {
        let spec = format!("{{checks: {{named-x: enforce}}, exemptions: {{{exemption}}}}}");
        let bad = "{apiVersion: v1, kind: Service, metadata: {name: x}}";
        let response = decide(&spec, &review("CREATE", bad, "null"), &Cluster::empty());
        assert!(response.is_allowed(), "{exemption}");
        assert_eq!(response.audit["exempt"], why);
    }
    let pod = POD.replace("spec: {", "spec: {runtimeClassName: gvisor, ");
    let spec = "{checks: {named-x: enforce}, exemptions: {runtimeClasses: [gvisor]}}";
    assert_eq!(decide(spec, &pod, &Cluster::empty()).audit["exempt"], "runtimeClass");
}

#[test]
fn a_waiver_covers_an_object_and_the_pods_that_its_controller_makes() {
    let spec = "{checks: {named-x: enforce}, waivers: [{check: named-x, object: DaemonSet/shop/x, reason: r, owner: o, expires: 2027-01-01}]}";
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: x, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: x, controller: true, uid: u}]}, spec: {containers: []}}";
    let made = |user: &str, pod: &str| {
        let text = review("CREATE", pod, "null")
            .replace("kind: Service", "kind: Pod")
            .replace("resource: services", "resource: pods")
            .replace("username: ann", &format!("username: '{user}'"));
        decide(spec, &text, &Cluster::empty())
    };
    let own = "system:serviceaccount:kube-system:daemon-set-controller";
    for user in [own, "system:kube-controller-manager"] {
        let controller = made(user, pod);
        assert!(controller.is_allowed());
        assert_eq!(controller.audit["waived"], "named-x until 2027-01-01 by o: r");
    }
    // Anybody may claim an owner, and no controller makes pods for another's.
    for user in ["ann", "system:serviceaccount:shop:daemon-set-controller", &own.replace("daemon-set", "job")]
    {
        assert!(!made(user, pod).is_allowed(), "{user}");
    }
    assert!(!made(own, &pod.replace("apps/v1", "example.com/v1")).is_allowed());
}

#[test]
fn an_image_from_elsewhere_is_fine_in_the_sandbox() {
    let spec = "{images: {registries: [here/], untrusted: {runtimeClassName: gvisor}}}";
    let pod = POD.replace("here/a", "there/a");
    let response = decide(spec, &pod, &Cluster::empty());
    assert!(response.is_allowed(), "{response:?}");
    assert_eq!(
        response.patch.to_json(),
        r#"[{"op":"add","path":"/spec/runtimeClassName","value":"gvisor"}]"#
    );
    let empty = pod.replace("spec: {", "spec: {runtimeClassName: null, ");
    assert!(decide(spec, &empty, &Cluster::empty()).is_allowed());
    let other = pod.replace("spec: {", "spec: {runtimeClassName: runc, ");
    assert!(!decide(spec, &other, &Cluster::empty()).is_allowed());
    assert!(decide(spec, POD, &Cluster::empty()).patch.is_empty());
}
