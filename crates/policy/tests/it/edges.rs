//! What only odd input shows. Each was once answered otherwise than by upstream; see `oracle.rs`.

use crate::judge::judge;

fn said(policy: &str, annotations: &str, spec: &str) -> String {
    let metadata = format!("{{name: p, annotations: {annotations}}}");
    let text = format!("{{apiVersion: v1, kind: Pod, metadata: {metadata}, spec: {spec}}}");
    judge(&text, &[policy]).concat()
}

#[test]
fn a_null_capability_is_the_empty_name_and_forbidden() {
    let spec = "{containers: [{name: a, securityContext: {capabilities: {add: [null]}}}]}";
    assert_eq!(
        said("baseline", "{}", spec),
        r#"non-default capabilities (container "a" must not include "" in securityContext.capabilities.add)"#
    );
}

#[test]
fn of_two_sources_of_a_volume_the_one_upstream_looks_for_first_is_named() {
    let spec = "{volumes: [{name: v, portworxVolume: {}, photonPersistentDisk: {}}], containers: []}";
    assert_eq!(
        said("restricted@1.0", "{}", spec),
        r#"restricted volume types (volume "v" uses restricted volume type "photonPersistentDisk")"#
    );
}

#[test]
fn of_an_annotation_that_stands_twice_the_last_counts() {
    let key = "container.apparmor.security.beta.kubernetes.io/a";
    let spec = "{containers: [{name: a}]}";
    assert_eq!(said("baseline", &format!("{{{key}: unconfined, {key}: runtime/default}}"), spec), "");
    assert_eq!(
        said("baseline", &format!("{{{key}: runtime/default, {key}: unconfined}}"), spec),
        format!(
            "forbidden AppArmor profile (annotation must not set AppArmor profile type to \"{key}=\"unconfined\"\")"
        )
    );
    let key = "seccomp.security.alpha.kubernetes.io/pod";
    assert_eq!(said("baseline@1.18", &format!("{{{key}: unconfined, {key}: runtime/default}}"), spec), "");
}
