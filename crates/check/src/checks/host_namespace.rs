//! `host-namespace`: a pod that shares a namespace with the node.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "host-namespace",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: Some(Profile::baseline("hostNamespaces", v(1, 0))),
    page: include_str!("host_namespace.md"),
    run: Run::Pod(host_namespace),
};

const SHARED: [(&str, &str); 3] = [
    ("hostNetwork", "the pod uses the node's network: loopback services, every port, no NetworkPolicy"),
    ("hostPID", "the pod sees and may signal every process of the node"),
    ("hostIPC", "the pod shares memory and queues with every process of the node"),
];

fn host_namespace(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for (field, gain) in SHARED.into_iter().filter(|(field, _)| pod.is_set(field)) {
        out.flag(pod.site(field), gain).fix(Safety::Risky, [set(pod.spec(), field, false)]);
    }
}
