//! `privilege-escalation-allowed`: a container whose processes may gain more than they were given.
use crate::list::checks::capability_without_effect::has_user;
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "privilege-escalation-allowed",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: Some(Profile::restricted("allowPrivilegeEscalation", v(1, 8))),
    page: include_str!("privilege_escalation_allowed.md"),
    run: Run::Pod(privilege_escalation_allowed),
};

fn privilege_escalation_allowed(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.is_windows() {
        return;
    }
    for container in pod.every_container() {
        let path = "securityContext.allowPrivilegeEscalation";
        if container.at(path).and_then(Node::bool) != Some(false) {
            let flag = out.flag(
                container.site(path),
                format!("{} may gain privileges after it started", container.title()),
            );
            // The API refuses the two together (pkg/apis/core/validation, validateSecurityContext).
            let adds = |name: &str| container.added_capabilities().any(|(added, _)| added == name);
            // What is not root gets an added capability from the file it executes or not at all.
            let needs_file = has_user(container) && container.added_capabilities().next().is_some();
            if !container.is_privileged() && !adds("SYS_ADMIN") && !adds("CAP_SYS_ADMIN") && !needs_file {
                flag.fix(Safety::Risky, [set(container.node, path, false)]);
            }
        }
    }
}
