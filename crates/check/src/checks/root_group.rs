//! `root-group`: processes and volumes that belong to group 0.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "root-group",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("root_group.md"),
    run: Run::Pod(root_group),
};

fn root_group(pod: &Pod<'_>, out: &mut Findings<'_>) {
    // Group 0 of a user namespace is nobody's group on the node.
    if pod.is_windows() || (pod.has_user_namespace() && pod.version() >= v(1, 35)) {
        return;
    }
    let is_root = |node: Option<Node<'_>>| node.and_then(Node::int) == Some(0);
    let path = "securityContext.runAsGroup";
    if is_root(pod.at(path)) {
        out.flag(pod.site(path), "every container of the pod runs in group 0 unless it says otherwise");
    }
    for container in pod.every_container().filter(|container| is_root(container.at(path))) {
        out.flag(container.site(path), format!("{} runs in group 0", container.title()));
    }
    let path = "securityContext.fsGroup";
    if is_root(pod.at(path)) {
        out.flag(pod.site(path), "group 0 owns the pod's volumes, and every container is a member");
    }
    let groups = pod.at("securityContext.supplementalGroups").into_iter().flat_map(Node::items);
    for group in groups.filter(|group| is_root(Some(*group))) {
        out.flag(pod.site_of(group), "every container of the pod is a member of group 0");
    }
}
