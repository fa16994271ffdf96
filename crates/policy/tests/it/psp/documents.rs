//! Which policies are refused, where, and with which way out?

use std::sync::Arc;

use finding::Source;
use object::Limits;
use policy::pod_security_policy::{Policies, Standing, read_all};

fn read(text: &str) -> Policies {
    let source = Arc::new(Source::file("psp.yaml", text.to_owned()));
    let read = object::read(&source, Limits::default());
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    read_all(&read.objects, Standing::New)
}

/// A policy with one more line in its `spec`, which begins on line 5.
fn policy(name: &str, line: &str) -> String {
    format!(
        "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {{name: {name}}}\nspec:\n  {line}\n  \
         runAsUser: {{rule: RunAsAny}}\n  supplementalGroups: {{rule: RunAsAny}}\n  fsGroup: {{rule: RunAsAny}}\n"
    )
}

/// A policy whose `seLinux` is fine and that holds one more field.
fn refused(field: &str, expected: &str) {
    let all = read(&policy("p", &format!("seLinux: {{rule: RunAsAny}}\n  {field}")));
    let said: Vec<String> = all.refused.iter().map(ToString::to_string).collect();
    assert!(all.taken.is_empty() && said.iter().any(|said| said == expected), "{field}\n  {said:#?}");
}

#[test]
fn what_the_api_server_refuses_is_refused_at_its_line_with_the_way_out() {
    refused("privledged: true", "psp.yaml:6: unknown field `privledged`, did you mean `privileged`?");
    refused("privileged: 'true'", "psp.yaml:6: this is a string, expected a boolean");
    refused("volumes: [cephfs]", "psp.yaml:6: `cephfs` is no volume type: write `cephFS`");
    refused(
        "runAsGroup: {rule: MustRunAs, ranges: [{min: 9, max: 1}]}",
        "psp.yaml:6: `min` 9 is greater than `max` 1: swap them",
    );
    refused(
        "runAsGroup: {rule: Any}",
        "psp.yaml:6: `Any` is no rule of `runAsGroup`: write MustRunAs or MayRunAs or RunAsAny",
    );
    refused(
        "allowedCapabilities: ['*']\n  requiredDropCapabilities: [KILL]",
        "psp.yaml:7: `*` in `allowedCapabilities` lifts every drop: remove one of the two",
    );
    refused(
        "forbiddenSysctls: [net.*]\n  allowedUnsafeSysctls: [net.core.x]",
        "psp.yaml:7: `net.core.x` overlaps with `net.*` in `forbiddenSysctls`: remove one",
    );
}

#[test]
fn what_the_api_server_takes_and_never_uses_is_refused_too() {
    refused(
        "runAsGroup: {rule: MayRunAs}",
        "psp.yaml:6: `MayRunAs` needs `ranges`: Kubernetes 1.24 leaves such a policy out in silence",
    );
    refused(
        "hostPorts: [{min: 90, max: 80}]",
        "psp.yaml:6: `min` 90 is greater than `max` 80: no port is allowed by it, swap them",
    );
}

#[test]
fn one_bad_policy_never_silences_the_others() {
    let good = policy("good", "seLinux: {rule: RunAsAny}");
    let all = read(&format!("{}---\n{good}---\n{good}", policy("bad", "seLinux: {rule: Any}")));
    assert_eq!(all.taken.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>(), ["good"]);
    let said: Vec<String> = all.refused.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "psp.yaml:5: `Any` is no rule of `seLinux`: write MustRunAs or RunAsAny",
            "psp.yaml:21: a second policy `good`, the first stands in psp.yaml:12: rename or remove one",
        ]
    );
}
