//! `probe-host-set`: a probe or hook that makes the kubelet call another host.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "probe-host-set",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[Severity::Low],
    profile: Some(Profile::baseline("hostProbesAndHostLifecycle", v(1, 34))),
    page: include_str!("probe_host_set.md"),
    run: Run::Pod(probe_host_set),
};

const HANDLERS: [(&str, &str); 5] = [
    ("livenessProbe", "liveness probe"),
    ("readinessProbe", "readiness probe"),
    ("startupProbe", "startup probe"),
    ("lifecycle.postStart", "postStart hook"),
    ("lifecycle.preStop", "preStop hook"),
];

fn probe_host_set(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for container in pod.every_container() {
        for (path, handler) in HANDLERS {
            let Some(called) = container.at(path) else { continue };
            for call in ["httpGet.host", "tcpSocket.host"] {
                let Some(node) = called.at(call) else { continue };
                let Some(host) = node.str().filter(|host| !host.is_empty()) else { continue };
                let message =
                    format!("the {handler} of {} makes the kubelet call `{host}`", container.title());
                let flag = out.flag(pod.site_of(node), message).fix(Safety::Risky, [remove(node, "")]);
                // The node's loopback is the pod's own.
                if pod.is_set("hostNetwork") && matches!(host, "127.0.0.1" | "localhost" | "::1") {
                    flag.severity(Severity::Low);
                }
            }
        }
    }
}
