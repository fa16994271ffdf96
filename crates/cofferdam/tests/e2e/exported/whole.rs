//! A policy with everything in it: is it accepted, does it fill in and refuse alike, and is what it leaves alone left alone?

use serde_json::{Value, json};
use testkit::apiserver::Request;

use super::{Place, accept, exported, in_force, pods_of, refused};
use crate::cluster::{Cluster, until};
use crate::native::{Namespaces, changed, creation, decider};

const SPEC: &str = "\
podSecurity: {level: baseline},
checks: {mutable-image-tag: enforce, host-port: warn, writable-root-filesystem: audit},
images: {registries: ['docker.io/library/**', 'registry.k8s.io/**', 'gcr.io/**'], untrusted: {runtimeClassName: gvisor}},
defaults: {seccompProfile: RuntimeDefault, automountServiceAccountToken: false},
exemptions: {usernames: [root], runtimeClasses: [kata], objects: [Pod/whole/sample-3, Pod/whole/sample-1*]},
waivers: [{check: mutable-image-tag, object: Pod/whole/sample-5, reason: r, owner: o, expires: '2099-01-01'}]";

/// What the policy may fill in.
const FILLED: [&str; 3] =
    ["/spec/securityContext/seccompProfile", "/spec/automountServiceAccountToken", "/spec/runtimeClassName"];

/// Exports it, and asks both sides about these pods.
pub(super) fn is_alike(cluster: &Cluster<'_>, seen: &[Value]) {
    let place =
        Place { name: "whole".to_owned(), spec: SPEC.replace('\n', " "), native: json!({"e2e": "whole"}) };
    let mut known = Namespaces::default();
    place.write(cluster, &mut known);
    for class in ["gvisor", "kata"] {
        cluster.apply(&json!({
            "apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": class}, "handler": "any",
        }));
    }
    accept(cluster, &exported(&place.policy()));
    let mut probe = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "probe"},
        "spec": {"containers": [{"name": "a", "image": "registry.k8s.io/a:1"}]},
    });
    until("defaults are filled in", || {
        let answer = cluster.must(&Request::post(&pods_of("whole"), &probe));
        answer.pointer(FILLED[0]).is_some().then_some(())
    });
    probe["spec"]["hostPID"] = true.into();
    in_force(cluster, "whole", &probe);

    let decider = decider(&place.policy());
    let requests: Vec<Request> = seen.iter().map(|pod| Request::post(&pods_of("whole"), pod)).collect();
    let (mut wrong, mut denied, mut filled) = (Vec::new(), 0, 0);
    for (pod, answer) in seen.iter().zip(cluster.each(&requests)) {
        let ours = creation(&decider, &known, "whole", pod).denied;
        let theirs = refused(answer.status, &answer.message());
        denied += usize::from(theirs);
        let name = &pod["metadata"]["name"];
        if ours.is_some() != theirs {
            wrong.push(format!("{name}: native {ours:?}\n  exported {}", answer.message()));
        }
        if !theirs {
            let (ours, theirs) = (changed(&decider, &known, "whole", pod), answer.json());
            for path in FILLED {
                filled += usize::from(pod.pointer(path) != theirs.pointer(path));
                if ours.pointer(path) != theirs.pointer(path) {
                    wrong.push(format!(
                        "{name}: {path}: {:?}, {:?}",
                        ours.pointer(path),
                        theirs.pointer(path)
                    ));
                }
            }
        }
    }
    eprintln!(
        "{} pods by a policy with everything: {denied} denied by both, {filled} fields filled in by both",
        seen.len()
    );
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(denied > 3 && filled > 20, "{denied} denied, {filled} filled in");
}
