//! Which requests is a policy about?

use super::{Cluster, decide, message};

fn service(namespace: &str, labels: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Service, metadata: {{name: x, namespace: {namespace}, labels: {labels}}}}}"
    )
}

fn is_refused(matching: &str, text: &str, cluster: &Cluster) -> bool {
    let response = decide(&format!("{{match: {matching}, checks: {{named-x: enforce}}}}"), text, cluster);
    !response.is_allowed()
}

#[test]
fn namespaces_are_chosen_by_name() {
    let refused =
        |matching: &str, namespace: &str| is_refused(matching, &service(namespace, "{}"), &Cluster::empty());
    assert!(refused("{namespaces: ['shop-*']}", "shop-a") && !refused("{namespaces: ['shop-*']}", "shop"));
    assert!(
        !refused("{exclude: [kube-system]}", "kube-system") && refused("{exclude: [kube-system]}", "shop")
    );
    assert!(!refused("{namespaces: ['*'], exclude: ['kube-*']}", "kube-public"));
}

#[test]
fn labels_choose_namespaces_and_objects() {
    let labelled = Cluster::labelled(&[("team", "shop")]);
    let text = service("a", "{app: web}");
    assert!(is_refused("{namespaceSelector: {matchLabels: {team: shop}}}", &text, &labelled));
    assert!(!is_refused("{namespaceSelector: {matchLabels: {team: bank}}}", &text, &labelled));
    assert!(is_refused(
        "{objectSelector: {matchExpressions: [{key: app, operator: Exists}]}}",
        &text,
        &labelled
    ));
    assert!(!is_refused("{objectSelector: {matchLabels: {app: db}}}", &text, &labelled));
}

#[test]
fn a_namespace_that_nobody_knows_is_no_reason_to_let_something_in() {
    let spec = "{match: {namespaceSelector: {matchLabels: {team: shop}}}, checks: {named-x: enforce}}";
    let response = decide(spec, &service("a", "{}"), &Cluster::empty());
    assert_eq!(response.denied.as_ref().map(|status| status.code), Some(500));
    assert_eq!(message(&response), "Internal error occurred: failed to lookup namespace \"a\"");
}

#[test]
fn an_object_without_a_namespace_is_meant_where_none_is_named() {
    let role = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: x}}";
    assert!(is_refused("{exclude: [kube-system]}", role, &Cluster::empty()));
    assert!(!is_refused("{namespaces: ['shop-*']}", role, &Cluster::empty()));
    let namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: x, labels: {team: shop}}}";
    assert!(is_refused("{namespaces: [x]}", namespace, &Cluster::empty()));
    assert!(is_refused("{namespaceSelector: {matchLabels: {team: shop}}}", namespace, &Cluster::empty()));
}
