//! `stale-pull-policy`: a tag that moves, on nodes that keep what they once pulled.
use crate::image_reference::ImageReference;
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "stale-pull-policy",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("stale_pull_policy.md"),
    run: Run::Pod(stale_pull_policy),
};

fn stale_pull_policy(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for container in pod.every_container() {
        let Some(image) = container.at("image").and_then(Node::str) else { continue };
        let Some(reference) = ImageReference::without_digest(image).filter(ImageReference::moves) else {
            continue;
        };
        let written = container.at("imagePullPolicy").and_then(Node::str);
        // pkg/apis/core/v1/defaults.go: `Always` for `latest` and for no tag, `IfNotPresent` for the rest.
        let by_default = if reference.is_latest() { "Always" } else { "IfNotPresent" };
        let policy = written.filter(|policy| !policy.is_empty()).unwrap_or(by_default);
        if policy == "Always" {
            continue;
        }
        let said = if written == Some(policy) { "" } else { " by default" };
        let message =
            format!("image `{image}` moves, but a node keeps its copy: the policy is `{policy}`{said}");
        let flag = out.flag(container.site("imagePullPolicy"), message);
        // `Never` says that the image is put on the nodes by hand: there may be nothing to pull.
        if policy != "Never" {
            flag.fix(Safety::Risky, [set(container.node, "imagePullPolicy", "Always")]);
        }
    }
}
