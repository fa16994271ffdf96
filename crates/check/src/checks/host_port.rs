//! `host-port`: a container that takes a port on the node.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "host-port",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[Severity::Low],
    profile: Some(Profile::baseline("hostPorts", v(1, 0))),
    page: include_str!("host_port.md"),
    run: Run::Pod(host_port),
};

fn host_port(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for container in pod.every_container() {
        for port in container.ports().filter(|port| port.host() != 0) {
            let site = port.site("hostPort");
            let (node, is_written) = (site.node, site.written && site.node.int() != Some(0));
            let message = format!("{} takes node port {}", container.title(), port.host());
            if !is_written {
                // The API makes a node port of it: `host-namespace` speaks of the cause.
                out.flag(site, format!("{message} because hostNetwork is true")).severity(Severity::Low);
                continue;
            }
            let flag = out.flag(site, message);
            if !pod.is_set("hostNetwork") {
                flag.fix(Safety::Risky, [remove(node, "")]);
            }
        }
    }
}
