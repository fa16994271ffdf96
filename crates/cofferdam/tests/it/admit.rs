//! `cofferdam admit`: is the decision right, and does the exit code say so?

mod given;

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::support::{GOOD, POD, Place, Ran};

const RESTRICTED: &str = "\
apiVersion: cofferdam.dev/v1alpha1
kind: Policy
metadata: {name: strict}
spec: {podSecurity: {level: restricted}}
";

fn response(ran: &Ran) -> Value {
    let review: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran:?}"));
    assert_eq!(review["kind"], "AdmissionReview");
    review["response"].clone()
}

fn place() -> Place {
    Place::with("p.yaml", RESTRICTED).file("bad.yaml", POD)
}

#[test]
fn a_pod_is_denied_in_the_words_of_the_api_server() {
    let ran = place().cofferdam("admit --policy p.yaml --request bad.yaml").run().ends(1);
    let told = response(&ran);
    assert_eq!(told["allowed"], false);
    assert_eq!(told["status"]["code"], 403);
    let message = told["status"]["message"].as_str().unwrap();
    assert!(
        message.starts_with(
            "pods \"web\" is forbidden: violates PodSecurity \"restricted:latest\": privileged ("
        )
    );
    assert_eq!(told["auditAnnotations"]["enforce-policy"], "restricted:latest");
}

#[test]
fn a_good_pod_is_allowed() {
    let pod = GOOD.split("---").next().unwrap();
    let ran = place().file("good.yaml", pod).cofferdam("admit --policy p.yaml --request good.yaml").run();
    assert_eq!(response(&ran.ends(0))["allowed"], true);
}

#[test]
fn a_review_on_standard_input_is_answered_with_its_uid() {
    let review = "\
{\"apiVersion\": \"admission.k8s.io/v1\", \"kind\": \"AdmissionReview\", \"request\": {\"uid\": \"705ab4f5\", \"name\": \"x\",
 \"namespace\": \"shop\", \"operation\": \"DELETE\", \"kind\": {\"group\": \"\", \"version\": \"v1\", \"kind\": \"Pod\"},
 \"resource\": {\"group\": \"\", \"version\": \"v1\", \"resource\": \"pods\"}, \"object\": null}}";
    let ran = place().cofferdam("admit --policy p.yaml").input(review).run().ends(0);
    assert_eq!(response(&ran)["uid"], "705ab4f5");
}

#[test]
fn labels_decide_where_the_policy_says_so() {
    let labels = RESTRICTED.replace("level: restricted", "namespaceLabels: true");
    let place = Place::with("p.yaml", labels)
        .file("bad.yaml", POD)
        .file("ns.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}}\n");
    let admit =
        |words: &str| place.cofferdam(&format!("admit --policy p.yaml --request bad.yaml {words}")).run();
    admit("--namespace-labels pod-security.kubernetes.io/enforce=baseline").ends(1);
    admit("--namespace-labels pod-security.kubernetes.io/enforce=privileged,team=shop").ends(0);
    admit("--objects ns.yaml").ends(1).says("baseline:latest");
    admit("")
        .ends(1)
        .says("failed to lookup namespace")
        .warns("give --namespace-labels, or --objects with it");
    admit("--namespace-labels team").ends(2).complains("`team` is no label, write KEY=VALUE");
}

#[test]
fn the_release_decides_what_latest_means() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {containers: [{name: a, image: i, livenessProbe: {tcpSocket: {host: h, port: 1}}}]}}";
    let place = Place::with("p.yaml", RESTRICTED.replace("restricted", "baseline")).file("x.yaml", pod);
    let admit = |version: &str| {
        place.cofferdam(&format!("admit --policy p.yaml --request x.yaml --kube-version {version}")).run()
    };
    admit("1.33").ends(0);
    admit("1.34").ends(1).says("probe or lifecycle host");
}

#[test]
fn a_policy_that_cannot_be_read_is_named_and_the_others_decide() {
    let broken =
        RESTRICTED.replace("name: strict", "name: broken").replace("level: restricted", "level: strictest");
    let place = place().file("q.yaml", broken).file("good.yaml", GOOD.split("---").next().unwrap());
    let admit = |words: &str| place.cofferdam(&format!("admit {words}")).run();
    admit("--policy p.yaml q.yaml --request bad.yaml")
        .ends(1)
        .warns("q.yaml:4:29: `strictest` is none of privileged, baseline, restricted")
        .warns("Policy `broken` is to be mended, meanwhile it is not in force; the others are in force");
    let allowed = admit("--policy p.yaml q.yaml --request good.yaml").ends(2);
    assert_eq!(
        response(&allowed)["warnings"][0],
        "Policy \"broken\" could not be read, meanwhile it is not in force"
    );
    let lone = admit("--policy q.yaml --request good.yaml")
        .ends(2)
        .complains("no policy is in force, so nothing is decided");
    assert!(!lone.err.contains("the others are in force"), "{}", lone.err);
    admit("--policy absent.yaml --request good.yaml").ends(2).complains("absent.yaml");
}

const DENY: &str = "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: shut}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  validations: [{expression: 'false', message: never}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: shut}
spec: {policyName: shut, validationActions: [Deny]}
";

#[test]
fn a_second_document_of_one_name_takes_nothing_from_the_first() {
    let lax = DENY.replace("'false'", "'true'").split("---").next().unwrap().to_owned();
    let place = place().file("first.yaml", DENY).file("second.yaml", &*lax);
    let admit =
        |policies: &str| place.cofferdam(&format!("admit --policy {policies} --request bad.yaml")).run();
    admit("first.yaml second.yaml").ends(1).says("denied request: never").warns(
        "second.yaml:1:1: ValidatingAdmissionPolicy `shut`: another of this name stands in first.yaml:1: rename or remove one",
    );
    let allowed = place.file("lax.yaml", DENY.replace("'false'", "'true'"));
    let ran = allowed.cofferdam("admit --policy lax.yaml first.yaml --request bad.yaml").run().ends(2);
    let warnings = response(&ran)["warnings"].to_string();
    let said =
        r#"ValidatingAdmissionPolicy \"shut\" could not be read, meanwhile the first one alone counts"#;
    assert!(warnings.contains(said), "{warnings}");
    let twice = RESTRICTED.replace("restricted", "privileged");
    let own = Place::with("p.yaml", RESTRICTED).file("q.yaml", twice).file("bad.yaml", POD);
    own.cofferdam("admit --policy p.yaml q.yaml --request bad.yaml")
        .run()
        .ends(1)
        .warns("q.yaml:3:18: another policy `strict` stands in p.yaml:3: rename or remove one");
    own.cofferdam("admit --policy q.yaml p.yaml --request bad.yaml").run().ends(2);
}

#[test]
fn a_policy_that_may_mean_any_request_is_not_in_force_and_nothing_passes_for_good() {
    let place = place()
        .file("good.yaml", GOOD.split("---").next().unwrap())
        .file("bad-rules.yaml", DENY.replace("resources: [pods]", "resources: 5"))
        .file("bad-cel.yaml", DENY.replace("'false'", "'fals'"));
    let admit = |words: &str| place.cofferdam(&format!("admit --request good.yaml --policy {words}")).run();
    let ran = admit("p.yaml bad-rules.yaml").ends(2).warns(
        "ValidatingAdmissionPolicy `shut` is to be mended, meanwhile the policy is not in force: which requests it means cannot be read; the others are in force",
    );
    assert_eq!(response(&ran)["allowed"], true);
    admit("bad-rules.yaml").ends(2).complains("no policy is in force, so nothing is decided");
    let denied = admit("bad-cel.yaml").ends(1).says("failed to configure policy: bad-cel.yaml:6:");
    assert!(!denied.err.contains("the others are in force"), "{}", denied.err);
}

#[test]
fn the_release_decides_which_functions_a_policy_may_call() {
    let newer = DENY.replace("'false'", "\"!isSemver('x')\"");
    let place = place().file("cel.yaml", newer).file("good.yaml", GOOD.split("---").next().unwrap());
    let admit = |version: &str| {
        place
            .cofferdam(&format!("admit --policy cel.yaml --request good.yaml --kube-version {version}"))
            .run()
    };
    admit("1.37").ends(0);
    admit("1.30").ends(1).says("failed to configure policy").warns("undeclared reference to 'isSemver'");
}

#[test]
fn a_damaged_role_opens_nothing() {
    let policy = "\
apiVersion: cofferdam.dev/v1alpha1
kind: Policy
metadata: {name: psp}
spec: {podSecurityPolicies: [all]}
---
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: {name: all, annotations: {seccomp.security.alpha.kubernetes.io/allowedProfileNames: '*'}}
spec:
  privileged: true
  volumes: ['*']
  seLinux: {rule: RunAsAny}
  runAsUser: {rule: RunAsAny}
  supplementalGroups: {rule: RunAsAny}
  fsGroup: {rule: RunAsAny}
";
    let rbac = |rest: &str| format!("apiVersion: rbac.authorization.k8s.io/v1\n{rest}\n");
    let place = Place::with("p.yaml", policy)
        .file("good.yaml", GOOD.split("---").next().unwrap())
        .file("whole.yaml", rbac("kind: Role\nmetadata: {name: a, namespace: b}\nrules: []"))
        .file("kind.yaml", rbac("kind: Rol\nmetadata: {name: a}"))
        .file("rules.yaml", rbac("kind: ClusterRole\nmetadata: {name: a}\nrules: 5"));
    let admit =
        |words: &str| place.cofferdam(&format!("admit --policy p.yaml --request good.yaml {words}")).run();
    admit("").ends(0);
    admit("--objects whole.yaml").ends(1).says("unable to admit pod");
    admit("--objects kind.yaml")
        .ends(2)
        .warns("kind.yaml:2:1: Rol `a`: kind: no kind of rbac.authorization.k8s.io: did you mean `Role`?")
        .complains("nothing is decided by roles and bindings with 1 mistake");
    admit("--objects rules.yaml").ends(2).warns("rules.yaml:4:1: ClusterRole `a`: rules: must be a list");
    let check = |file: &str| place.cofferdam(&format!("check --policy p.yaml good.yaml {file}")).run();
    check("").ends(0);
    check("kind.yaml").ends(1).says("did you mean `Role`?").says("unable to admit pod");
    place.cofferdam("check --policy p.yaml kind.yaml").run().ends(1).says("did you mean `Role`?");
}

#[test]
fn what_is_no_request_is_an_error_with_its_place() {
    let place = place().file("x.json", "{\"kind\": \"Pod\",}").file("two.yaml", format!("{POD}---\n{POD}"));
    let admit = |file: &str| place.cofferdam(&format!("admit --policy p.yaml --request {file}")).run();
    admit("x.json").ends(2).complains("x.json:1:16: this is not JSON, expected a key in double quotes");
    admit("two.yaml").ends(2).complains("a second document: one request is decided at a time");
    admit("absent").ends(2).complains("no such file");
}

#[test]
fn check_judges_by_the_same_policy() {
    let policy = "\
apiVersion: cofferdam.dev/v1alpha1
kind: Policy
metadata: {name: p}
spec:
  podSecurity: {level: baseline}
  checks: {run-as-root: warn, memory-limit-missing: audit, mutable-image-tag: enforce}
  waivers: [{check: mutable-image-tag, object: Pod/shop/web, reason: r, owner: o, expires: \"2099-01-01\"}]
";
    let pod = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - {name: a, image: nginx}
";
    let place = Place::with("p.yaml", policy).file("pod.yaml", pod);
    let report = place.cofferdam("check --policy p.yaml --format json pod.yaml").run().ends(0);
    let report: Value = serde_json::from_str(&report.out).unwrap();
    let found: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| format!("{} {} {}", finding["id"], finding["severity"], finding["waived"]["reason"]))
        .collect();
    assert_eq!(
        found,
        [
            "\"memory-limit-missing\" \"info\" null",
            "\"run-as-root\" \"low\" null",
            "\"mutable-image-tag\" \"medium\" \"r\"",
        ]
    );
    place.cofferdam("check --policy p.yaml --fail-on low pod.yaml").run().ends(1);
    let worse = pod.replace("spec:", "spec:\n  hostPID: true");
    place.file("pod.yaml", worse).check("--policy p.yaml pod.yaml").ends(1).says("hostPID=true");
}

#[test]
fn what_a_policy_fills_in_is_not_missing() {
    let policy = "\
apiVersion: cofferdam.dev/v1alpha1
kind: Policy
metadata: {name: p}
spec:
  podSecurity: {level: restricted}
  defaults: {seccompProfile: RuntimeDefault}
";
    let pod = GOOD.split("---").next().unwrap().replace(", seccompProfile: {type: RuntimeDefault}", "");
    let place = Place::with("p.yaml", policy).file("pod.yaml", pod).file("q.yaml", RESTRICTED);
    place.check("--policy p.yaml pod.yaml").ends(0);
    place.check("--policy q.yaml pod.yaml").ends(1).says("seccompProfile");
}

#[test]
fn labels_that_nobody_knows_are_no_reason_to_pass() {
    let place = Place::with("p.yaml", RESTRICTED.replace("level: restricted", "namespaceLabels: true"));
    place.file("pod.yaml", GOOD).check("--policy p.yaml pod.yaml").ends(1).says("failed to lookup namespace");
}

#[test]
fn every_upstream_fixture_is_decided_as_upstream_decides_it() {
    let Some(folder) = testkit::conformance("pss") else { return };
    let expected = testkit::text(&folder.join("expected.jsonl"));
    let cases: Vec<Value> = expected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cases.len() > 3900, "only {} cases", cases.len());
    let mut place = Place::new();
    for level in ["baseline", "restricted"] {
        for minor in 0..40 {
            let text = RESTRICTED.replace("restricted", &format!("{level}, version: v1.{minor}"));
            place = place.file(format!("{level}-v1.{minor}.yaml"), text);
        }
    }
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let file = case["file"].as_str().unwrap();
            let mut parts = file.split('/');
            let (level, version) = (parts.next().unwrap(), parts.next().unwrap());
            let request = folder.join(file);
            let words = format!("admit --policy {level}-{version}.yaml --request {}", request.display());
            let ran = place.cofferdam(&words).run();
            let told = response(&ran);
            assert_eq!(told["allowed"], case["allowed"], "{file}");
            ran.ends(i32::from(case["allowed"] == false));
            let said = told["status"]["message"].as_str().unwrap_or_default();
            let why = said
                .split_once(&format!("violates PodSecurity \"{level}:{version}\": "))
                .map_or("", |(_, why)| why);
            assert_eq!(why, case["message"], "{file}");
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(work);
        }
    });
}

const NAMES_ONE: &str = "\
apiVersion: cofferdam.dev/v1alpha1
kind: Policy
metadata: {name: legacy}
spec: {podSecurityPolicies: [tight]}
";

const TIGHT: &str = "\
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: {name: tight}
spec:
  seLinux: {rule: RunAsAny}
  runAsUser: {rule: RunAsAny}
  supplementalGroups: {rule: RunAsAny}
  fsGroup: {rule: RunAsAny}
  volumes: ['*']
  requiredDropCapabilities: [ALL]
";

/// A policy of Kubernetes' own and its binding.
fn own(family: &str, name: &str, spec: &str, actions: &str) -> String {
    format!(
        "apiVersion: admissionregistration.k8s.io/v1
kind: {family}AdmissionPolicy
metadata: {{name: {name}}}
spec:
  matchConstraints:
    resourceRules: [{{apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE], resources: [pods]}}]
  {spec}
---
apiVersion: admissionregistration.k8s.io/v1
kind: {family}AdmissionPolicyBinding
metadata: {{name: {name}}}
spec: {{policyName: {name}{actions}}}
"
    )
}

fn team() -> String {
    let spec = "validations: [{expression: \"'team' in object.metadata.?labels.orValue({})\", message: whose is it}]";
    own("Validating", "team", spec, ", validationActions: [Deny]")
}

fn labels() -> String {
    let spec = "reinvocationPolicy: Never
  mutations: [{patchType: ApplyConfiguration, applyConfiguration: {expression: \"Object{metadata: Object.metadata{labels: {'team': 'x'}}}\"}}]";
    own("Mutating", "labels", spec, "")
}

#[test]
fn every_kind_of_policy_takes_part() {
    let plain =
        "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: a, image: x}]}}\n";
    let place = Place::with("names.yaml", NAMES_ONE)
        .file("tight.yaml", TIGHT)
        .file("team.yaml", team())
        .file("labels.yaml", labels())
        .file("x.yaml", plain)
        .file("bad.yaml", POD);
    let admit = |words: &str| place.cofferdam(&format!("admit {words}")).run();
    let refused = admit("--policy names.yaml tight.yaml team.yaml --request bad.yaml").ends(1);
    let refused = response(&refused);
    let message = refused["status"]["message"].as_str().unwrap();
    assert!(message.contains("PodSecurityPolicy: unable to admit pod: ["), "{message}");
    assert!(
        message.ends_with("ValidatingAdmissionPolicy 'team' with binding 'team' denied request: whose is it"),
        "{message}"
    );
    let allowed = admit("--policy names.yaml tight.yaml team.yaml labels.yaml --request x.yaml").ends(0);
    let allowed = response(&allowed);
    assert_eq!(allowed["auditAnnotations"]["admit-policy"], "tight");
    assert_eq!(allowed["patchType"], "JSONPatch");
    admit("--policy team.yaml --request x.yaml").ends(1).says("whose is it");
    admit("--policy names.yaml --objects tight.yaml --request x.yaml")
        .ends(0)
        .says("\"admit-policy\": \"tight\"");
    admit("--policy names.yaml team.yaml --request x.yaml").ends(1).warns(
        "names.yaml:4:30: PodSecurityPolicy `tight` is not among the documents: give its file with --policy or --objects",
    );
}

#[test]
fn what_is_wrong_with_a_policy_of_any_kind_has_its_place_and_the_others_decide() {
    let broken = team().replace("'team' in", "'team' inn").replace("name: team", "name: broken");
    let broken = broken
        .replace("spec:\n", "spec:\n  failurePolicy: Ignore\n")
        .replace("policyName: team", "policyName: broken");
    let place = Place::with("broken.yaml", broken)
        .file("team.yaml", team())
        .file("labels.yaml", labels())
        .file("tight.yaml", TIGHT)
        .file(
            "x.yaml",
            "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: a, image: x}]}}\n",
        );
    let admit = |words: &str| place.cofferdam(&format!("admit {words} --request x.yaml")).run();
    admit("--policy broken.yaml team.yaml").ends(1).says("whose is it").warns("broken.yaml:8:");
    let allowed = admit("--policy broken.yaml labels.yaml tight.yaml").ends(2);
    assert_eq!(
        response(&allowed)["warnings"][0],
        "ValidatingAdmissionPolicy \"broken\" could not be read, meanwhile requests pass as if it were not there \
         (failurePolicy Ignore)"
    );
    allowed.warns(
        "PodSecurityPolicy `tight` takes no effect: name it in `spec.podSecurityPolicies` of a Policy",
    );
}

#[test]
fn labels_of_the_namespace_reach_every_kind_of_policy() {
    let chosen = team().replace(
        "  matchConstraints:\n",
        "  matchConstraints:\n    namespaceSelector: {matchLabels: {tier: front}}\n",
    );
    let place = Place::with("p.yaml", chosen)
        .file("x.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {containers: [{name: a, image: x}]}}\n")
        .file("ns.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {tier: front}}}\n");
    let admit =
        |words: &str| place.cofferdam(&format!("admit --policy p.yaml --request x.yaml {words}")).run();
    admit("--namespace-labels tier=front").ends(1);
    admit("--namespace-labels tier=back").ends(0);
    admit("--objects ns.yaml").ends(1);
}

#[test]
fn check_points_at_what_other_policies_refuse() {
    let place = Place::with("policies/names.yaml", NAMES_ONE)
        .file("policies/tight.yaml", TIGHT)
        .file("policies/team.yaml", team())
        .file("bad.yaml", POD)
        .file("x.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {team: x}}, spec: {containers: [{name: a, image: x}]}}\n");
    let check = |words: &str| place.cofferdam(&format!("check {words} --policy policies")).run();
    check("bad.yaml --format json")
        .ends(1)
        .says("\"id\": \"admission-policy\"")
        .says("ValidatingAdmissionPolicy 'team' with binding 'team' denied request: whose is it")
        .says("\"id\": \"pod-security-policy\"")
        .says("Policy \\\"legacy\\\": PodSecurityPolicy: unable to admit pod: [");
    check("x.yaml").ends(0);
}
