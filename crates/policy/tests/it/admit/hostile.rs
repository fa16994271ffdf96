//! Reviews that nobody sends by mistake: an answer or an error, and soon.

use super::{Cluster, decide, policy, source};
use policy::request::{MAX_BYTES, read};

fn review(object: &str) -> String {
    format!(
        r#"{{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {{"uid": "u", "name": "x", "namespace": "n",
        "operation": "CREATE", "kind": {{"group": "", "version": "v1", "kind": "Pod"}},
        "resource": {{"group": "", "version": "v1", "resource": "pods"}}, "userInfo": {{"username": "ann"}}, "object": {object}}}}}"#
    )
}

const POD: &str = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [{"name": "a", "image": "i"}]}}"#;

#[test]
fn every_prefix_of_a_review_is_an_error() {
    let whole = review(POD);
    for end in 0..whole.len() {
        let Some(prefix) = whole.get(..end) else { continue };
        assert!(read(&source(prefix)).is_err(), "{prefix}");
    }
    assert!(read(&source(&whole)).is_ok());
}

#[test]
fn what_is_no_review_is_named_with_its_place() {
    for (text, says) in [
        ("[]", "1:1: this is a list, expected a review or an object"),
        ("", "nothing is written here"),
        ("{}", "the object has no `kind`: neither a review nor an object"),
        (
            "{\"kind\": \"AdmissionReview\", \"apiVersion\": \"admission.k8s.io/v1beta1\"}",
            "only admission.k8s.io/v1 is understood",
        ),
        (
            "{\"kind\": \"AdmissionReview\", \"apiVersion\": \"admission.k8s.io/v1\"}",
            "the review has no `request`",
        ),
        (
            "{\"kind\": \"AdmissionReview\", \"apiVersion\": \"admission.k8s.io/v1\", \"request\": {}}",
            "the request has no `uid`",
        ),
        (
            &review(POD).replace("CREATE", "PATCH"),
            "2:22: `operation` is `PATCH`, expected CREATE, UPDATE, DELETE or CONNECT",
        ),
        (&review(POD).replace("\"resource\": {", "\"resourc\": {"), "the request has no `resource`"),
        (
            &review(POD).replace("\"name\": \"x\", \"namespace\"", "\"name\": 1, \"namespace\""),
            "`name` is an integer, expected a string",
        ),
        (&review(POD).replace("\"uid\"", "\"name\": \"y\", \"uid\""), "stands twice"),
        ("kind: Pod\napiVersion: v1\n---\nkind: Pod\napiVersion: v1\n", "a second document"),
    ] {
        let said = read(&source(text)).unwrap_err().to_string();
        assert!(said.contains(says), "{text}\n{said}");
    }
}

#[test]
fn an_object_that_no_server_decodes_is_refused() {
    let pod =
        POD.replace("\"image\": \"i\"", "\"image\": \"i\", \"securityContext\": {\"privileged\": \"true\"}");
    let response = decide("{podSecurity: {level: baseline}}", &review(&pod), &Cluster::empty());
    assert_eq!(response.denied.as_ref().map(|status| status.code), Some(400));
    assert_eq!(
        response.audit["error"],
        "failed to decode object: `spec.containers[0].securityContext.privileged` takes a boolean, not a string"
    );
    let response = decide(
        "{podSecurity: {level: baseline}}",
        &review("{\"kind\": \"Binding\", \"apiVersion\": \"v1\"}"),
        &Cluster::empty(),
    );
    assert_eq!(super::message(&response), "failed to decode pod");
}

#[test]
fn what_cannot_be_read_is_refused_whatever_the_policy_asks() {
    let objects = [
        ("\"x\"", "failed to decode object"),
        ("[]", "failed to decode object"),
        ("null", "failed to decode object"),
        ("{\"kind\": \"Pod\", \"apiVersion\": \"v1\", \"spec\": []}", "failed to decode object"),
        (
            "{\"kind\": \"Pod\", \"apiVersion\": \"v1\", \"spec\": {\"hostPID\": \"true\"}}",
            "failed to decode object",
        ),
        ("{\"kind\": \"ConfigMap\", \"apiVersion\": \"v1\"}", "failed to decode pod"),
    ];
    for (object, says) in objects {
        for spec in [
            "{checks: {named-x: enforce}}",
            "{checks: {named-x: enforce}, podSecurity: {level: privileged}}",
            "{defaults: {automountServiceAccountToken: false}}",
        ] {
            let response = decide(spec, &review(object), &Cluster::empty());
            assert_eq!(super::message(&response), says, "{spec} {object}");
            assert_eq!(response.denied.as_ref().map(|status| status.code), Some(400));
            assert!(response.audit["error"].starts_with(says), "{:?}", response.audit);
        }
        let response = decide("{checks: {named-x: warn}}", &review(object), &Cluster::empty());
        assert!(response.is_allowed() && response.audit["error"].starts_with(says), "{response:?}");
        let exempt = "{checks: {named-x: enforce}, exemptions: {usernames: [ann]}}";
        assert!(decide(exempt, &review(object), &Cluster::empty()).is_allowed());
        // Nothing is said against what is removed, or has another form on its way.
        for (operation, subresource) in [("DELETE", ""), ("CONNECT", "exec"), ("CREATE", "eviction")] {
            let text = review(object)
                .replace("\"CREATE\"", &format!("\"{operation}\", \"subResource\": \"{subresource}\""));
            let response = decide("{checks: {named-x: enforce}}", &text, &Cluster::empty());
            assert!(response.is_allowed(), "{text}");
        }
    }
    let workload = review("[]").replace(
        "\"\", \"version\": \"v1\", \"resource\": \"pods\"",
        "\"apps\", \"version\": \"v1\", \"resource\": \"deployments\"",
    );
    let response = decide("{checks: {named-x: enforce}}", &workload, &Cluster::empty());
    assert!(response.is_allowed() && response.audit.contains_key("error"), "{response:?}");
}

#[test]
fn a_list_is_no_object() {
    for kind in ["List", "PodList"] {
        let text = format!("{{apiVersion: v1, kind: {kind}, items: [{POD}]}}");
        let said = read(&source(&text)).unwrap_err().to_string();
        let says =
            format!("t.yaml:1:1: a {kind} holds any number of objects and one request is decided at a time");
        assert!(said.starts_with(&says), "{said}");
    }
    assert!(read(&source("{apiVersion: example.com/v1, kind: WishList, spec: {}}")).is_ok());
}

#[test]
fn who_asks_is_read_or_the_review_is_refused() {
    for (info, says) in [
        ("[]", "`userInfo` is a list, expected a mapping"),
        ("{\"groups\": \"system:masters\"}", "`groups` is a list of strings"),
        ("{\"extra\": []}", "`extra` is a list, expected a mapping"),
        ("{\"extra\": {\"a\": \"b\"}}", "`extra` is a list of strings"),
    ] {
        let text = review(POD).replace("{\"username\": \"ann\"}", info);
        let said = read(&source(&text)).unwrap_err().to_string();
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn size_and_depth_have_an_end() {
    let long =
        review(&POD.replace(
            "\"x\"}",
            &format!("\"x\", \"annotations\": {{\"a\": \"{}\"}}}}", "x".repeat(MAX_BYTES)),
        ));
    assert!(read(&source(&long)).unwrap_err().to_string().contains("no more than 3145728"));
    let deep = review(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)));
    assert!(read(&source(&deep)).unwrap_err().to_string().contains("levels of brackets"));
    let fits = review(&format!("{}1{}", "{\"a\": ".repeat(150), "}".repeat(150)));
    // A pod whose only field is unknown: an API server drops that and finds nothing to object to.
    let response =
        policy("{podSecurity: {level: baseline}}").decide(&read(&source(&fits)).unwrap(), &Cluster::empty());
    assert_eq!(response.audit["enforce-policy"], "baseline:latest");
}

#[test]
fn ten_thousand_containers_and_three_megabytes_are_decided() {
    let containers: Vec<String> = (0..10_000)
        .map(|n| format!(r#"{{"name": "c{n}", "image": "registry.example.com/team/app:{n:0200}"}}"#))
        .collect();
    let pod = format!(
        r#"{{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "x"}}, "spec": {{"containers": [{}]}}}}"#,
        containers.join(",")
    );
    let text = review(&pod);
    assert!(text.len() > 2_500_000 && text.len() < MAX_BYTES, "{}", text.len());
    let response = decide(
        "{podSecurity: {level: restricted}, defaults: {seccompProfile: RuntimeDefault}}",
        &text,
        &Cluster::empty(),
    );
    assert!(!response.is_allowed());
}
