//! `proc-mount-unmasked`: a container that sees the kernel's own knobs.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "proc-mount-unmasked",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[Severity::Low],
    profile: Some(Profile::baseline("procMount", v(1, 0))),
    page: include_str!("proc_mount_unmasked.md"),
    run: Run::Pod(proc_mount_unmasked),
};

fn proc_mount_unmasked(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let path = "securityContext.procMount";
    for container in pod.every_container() {
        let Some(kind) = container.at(path).and_then(Node::str).filter(|kind| *kind != "Default") else {
            continue;
        };
        let message = format!("{} mounts `/proc` as `{kind}`", container.title());
        let flag = out
            .flag(container.site(path), message)
            .fix(Safety::Risky, [set(container.node, path, "Default")]);
        // Inside a user namespace the paths are there but not the power; baseline allows it from 1.35.
        if pod.has_user_namespace() && pod.version() >= v(1, 35) {
            flag.severity(Severity::Low).profile(Profile::restricted("procMount_restricted", v(1, 35)));
        }
    }
}
