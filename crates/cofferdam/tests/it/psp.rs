//! `cofferdam psp migrate`: what do policies become, and does it hold?

use crate::support::Place;

/// A policy that grants little.
const TENANT: &str = "\
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: {name: tenant}
spec:
  allowPrivilegeEscalation: false
  requiredDropCapabilities: [ALL]
  volumes: [emptyDir, secret, projected]
  runAsUser: {rule: MustRunAsNonRoot}
  seLinux: {rule: RunAsAny}
  supplementalGroups: {rule: RunAsAny}
  fsGroup: {rule: RunAsAny}
  runtimeClass: {allowedRuntimeClassNames: [gvisor]}
";

/// A pod with everything that restricted asks for; the rest of its `spec` follows.
fn pod(rest: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: shop}}\nspec:\n  \
         securityContext: {{runAsNonRoot: true}}\n  containers:\n  - name: web\n    image: a:1\n    \
         securityContext: {{allowPrivilegeEscalation: false, capabilities: {{drop: [ALL]}}}}\n{rest}"
    )
}

#[test]
fn a_policy_becomes_a_level_rules_and_a_list_of_what_is_lost() {
    Place::with("psp.yaml", TENANT)
        .cofferdam("psp migrate psp.yaml")
        .run()
        .ends(0)
        .says("tenant (psp.yaml:1)\n  level     restricted:v1.33\n")
        .says("  rules     runAsUser, allowedCapabilities, requiredDropCapabilities, volumes,")
        .says("  lost      use: who may use the policy was a question of RBAC")
        .says("  pods      none given: `--pods PATH` holds the result against some\n");
}

#[test]
fn a_pod_that_both_refuse_is_judged_alike() {
    Place::with("psp.yaml", TENANT)
        .file("pod.yaml", pod("  runtimeClassName: kata\n  hostPID: true\n"))
        .cofferdam("psp migrate psp.yaml --pods pod.yaml")
        .run()
        .ends(0)
        .says("  pods      1 of 1 judged alike\n");
}

#[test]
fn a_pod_that_only_the_policy_let_in_is_told_with_the_reason() {
    // The policy has no list of seccomp profiles, restricted wants one.
    Place::with("psp.yaml", TENANT)
        .file("pod.yaml", pod(""))
        .cofferdam("psp migrate psp.yaml --pods pod.yaml")
        .run()
        .ends(1)
        .says("  pods      0 of 1 judged alike\n    stricter Pod shop/web (pod.yaml:1)\n")
        .says("      seccompProfile (pod or container \"web\" must set securityContext.seccompProfile.type");
}

#[test]
fn one_bad_policy_does_not_hide_the_others() {
    let bad = TENANT.replace("tenant", "bad").replace("runtimeClass:", "runtimeKlass:");
    Place::with("psp.yaml", format!("{bad}---\n{TENANT}"))
        .cofferdam("psp migrate psp.yaml")
        .run()
        .ends(1)
        .says("tenant (psp.yaml:14)\n")
        .says("refused: psp.yaml:12: unknown field `runtimeKlass`, did you mean `runtimeClass`?\n");
}

#[test]
fn documents_are_written_once_and_never_over_others() {
    let place = Place::with("psp.yaml", TENANT);
    place.cofferdam("psp migrate psp.yaml -o out").run().ends(0);
    let text = place.read("out/psp-tenant.yaml");
    assert!(text.starts_with("apiVersion: cofferdam.dev/v1alpha1\nkind: Policy\n"), "{text}");
    assert!(text.contains("kind: ValidatingAdmissionPolicyBinding\n"), "{text}");
    place.cofferdam("psp migrate psp.yaml -o out").run().ends(0);
    let place = place.file("out/psp-tenant.yaml", "mine\n");
    place
        .cofferdam("psp migrate psp.yaml -o out")
        .run()
        .ends(2)
        .complains("out/psp-tenant.yaml is there already");
    assert_eq!(place.read("out/psp-tenant.yaml"), "mine\n");
}

#[test]
fn a_program_reads_the_same() {
    let place = Place::with("psp.yaml", TENANT).file("pod.yaml", pod(""));
    let ran = place.cofferdam("psp migrate psp.yaml --pods pod.yaml --format json").run().ends(1);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["schema"], "cofferdam/psp-migrate/v1");
    let policy = &report["policies"][0];
    assert_eq!(
        (&policy["name"], &policy["level"], &policy["version"]),
        (&"tenant".into(), &"restricted".into(), &"1.33".into())
    );
    assert_eq!(policy["pods"][0]["agreement"], "stricter");
    assert_eq!(policy["pods"][0]["policy"]["allowed"], true);
    assert_eq!(policy["documents"].as_array().unwrap().len(), 3);
}

#[test]
fn nothing_to_migrate_is_no_success() {
    Place::with("pod.yaml", pod(""))
        .cofferdam("psp migrate pod.yaml")
        .run()
        .ends(2)
        .complains("there is no PodSecurityPolicy here");
}
