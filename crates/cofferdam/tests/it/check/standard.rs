//! `--pss`: does the answer read as that of Pod Security admission?

use crate::support::{GOOD, POD, Place};

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: web
";

#[test]
fn a_pod_is_refused_in_the_words_of_the_api_server() {
    let place = Place::with("pod.yaml", POD);
    let text = "pods \"web\" is forbidden: violates PodSecurity \"baseline:v1.29\": privileged (container \"web\" \
                must not set securityContext.privileged=true)";
    place.check("--pss baseline@1.29 pod.yaml").ends(1).says(text).says("1 of 1 pod refused");
    place.check("--pss baseline:v1.29 pod.yaml").ends(1).says(text);
    place.check("--pss privileged pod.yaml").ends(0).says("0 of 1 pod refused");
}

#[test]
fn json_holds_a_verdict_for_each_pod() {
    let place = Place::with("all.yaml", format!("{POD}---\n{DEPLOYMENT}---\n{GOOD}"));
    let report = place.report("--pss restricted@1.29 all.yaml");
    let verdicts = report.list("verdicts");
    let row = |n: usize| {
        let v = &verdicts[n];
        (
            v["object"]["kind"].as_str().unwrap(),
            v["allowed"].as_bool().unwrap(),
            v["policy"].as_str().unwrap(),
        )
    };
    assert_eq!(verdicts.len(), 3);
    assert_eq!(row(0), ("Pod", false, "restricted:v1.29"));
    assert_eq!(row(1), ("Deployment", false, "restricted:v1.29"));
    assert_eq!(row(2), ("Pod", true, "restricted:v1.29"));
    assert_eq!(verdicts[2]["message"], "");
    assert_eq!(verdicts[1]["file"], "all.yaml");
    assert!(verdicts[1]["line"].as_u64().unwrap() > 15);
    assert!(
        verdicts[1]["message"].as_str().unwrap().starts_with("allowPrivilegeEscalation != false (container")
    );
    assert!(
        report.list("findings").iter().all(|f| f["id"] == "pod-security" && f["pss"]["level"].is_string())
    );
}

#[test]
fn without_a_standard_there_are_no_verdicts() {
    assert!(Place::with("pod.yaml", POD).report("pod.yaml").0.get("verdicts").is_none());
}

#[test]
fn a_template_would_violate_and_the_field_is_that_of_the_template() {
    let place = Place::with("web.yaml", DEPLOYMENT);
    place
        .check("--pss restricted@1.29 web.yaml")
        .ends(1)
        .says("the pods of Deployment shop/web would violate PodSecurity \"restricted:v1.29\": ")
        .says("spec.template.spec");
}

#[test]
fn a_pod_that_the_standard_admits_ends_with_0_whatever_the_checks_would_say() {
    let pod = GOOD.split("---").next().unwrap();
    let place = Place::with("pod.yaml", pod);
    place.check("pod.yaml").ends(1).says("no-network-policy");
    place.check("--pss restricted pod.yaml").ends(0).never_says("no-network-policy");
}

#[test]
fn a_version_is_any_release_or_latest() {
    let place = Place::with("pod.yaml", POD);
    for (asked, shown) in [
        ("baseline", "baseline:latest"),
        ("baseline@latest", "baseline:latest"),
        ("baseline@v1.29", "baseline:v1.29"),
        ("baseline@1.0", "baseline:v1.0"),
        ("baseline@1.36", "baseline:v1.36"),
    ] {
        let ran =
            place.check(&format!("--pss {asked} pod.yaml")).ends(1).says(&format!("PodSecurity \"{shown}\""));
        assert_eq!(ran.err, "", "{asked}");
    }
    let future = place.check("--pss baseline@1.99 pod.yaml").ends(1).says("PodSecurity \"baseline:v1.99\"");
    assert!(
        future.err.starts_with("note: 1.99 is newer than any version known here, judged as 1."),
        "{}",
        future.err
    );
}

#[test]
fn words_that_are_no_standard_end_with_2_and_a_hint() {
    let place = Place::with("pod.yaml", POD);
    for (asked, hint) in [
        ("strict", "unknown level `strict`, expected privileged, baseline or restricted"),
        ("baseline@1.08", "expected 1.N such as"),
        ("baseline@1.29.3", "expected 1.N such as"),
        ("baseline@newest", ", or latest"),
        ("baseline@", "is not a Kubernetes version"),
        ("@1.29", "unknown level ``"),
        ("Baseline", "unknown level `Baseline`"),
    ] {
        place.check(&format!("--pss {asked} pod.yaml")).ends(2).complains(hint);
    }
}

#[test]
fn input_without_a_pod_is_judged_and_input_without_an_object_is_not() {
    let place = Place::with("ns.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n")
        .file("bad.yaml", "a: [\n");
    place.check("--pss restricted ns.yaml").ends(0);
    place.check("--pss restricted ns.yaml bad.yaml").ends(1).says("unreadable-document");
    place.check("--pss restricted bad.yaml").ends(2);
}
