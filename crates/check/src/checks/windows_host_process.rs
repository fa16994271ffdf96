//! `windows-host-process`: a Windows container that is a process of the node.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "windows-host-process",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: Some(Profile::baseline("windowsHostProcess", v(1, 0))),
    page: include_str!("windows_host_process.md"),
    run: Run::Pod(windows_host_process),
};

fn windows_host_process(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let path = "securityContext.windowsOptions.hostProcess";
    if pod.is_set(path) {
        out.flag(pod.site(path), "every container of the pod runs as a process of the Windows node");
    }
    for container in pod.every_container() {
        if container.at(path).and_then(Node::bool) == Some(true) {
            let message = format!("{} runs as a process of the Windows node", container.title());
            out.flag(container.site(path), message);
        }
    }
}
