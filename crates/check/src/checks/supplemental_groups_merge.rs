//! `supplemental-groups-merge`: groups that the image adds to those the pod names.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "supplemental-groups-merge",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Info,
    also: &[],
    profile: None,
    page: include_str!("supplemental_groups_merge.md"),
    run: Run::Pod(supplemental_groups_merge),
};

fn supplemental_groups_merge(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.version() < v(1, 31) || pod.is_windows() {
        return;
    }
    let path = "securityContext.supplementalGroupsPolicy";
    let is_strict = pod.at(path).and_then(Node::str) == Some("Strict");
    if !is_strict && names_groups(pod) {
        let message = "the group file of the image adds to the groups that the pod names";
        // Alpha and off before 1.33 (SupplementalGroupsPolicy of pkg/features/kube_features.go).
        let gate = "needs the gate SupplementalGroupsPolicy to change that";
        let unless =
            if pod.version() < v(1, 33) { format!("; {} {gate}", pod.version()) } else { String::new() };
        out.flag(pod.site(path), format!("{message}{unless}"))
            .fix(Safety::Risky, [set(pod.spec(), path, "Strict")]);
    }
}

fn names_groups(pod: &Pod<'_>) -> bool {
    let listed = pod.at("securityContext.supplementalGroups").is_some_and(|groups| groups.items().len() > 0);
    let own = |field| pod.at(field).is_some();
    let of_container = |container: Container<'_>| container.at("securityContext.runAsGroup").is_some();
    listed
        || own("securityContext.runAsGroup")
        || own("securityContext.fsGroup")
        || pod.every_container().any(of_container)
}
