//! `secret-volume-mode-wide`: a mounted Secret that every user in the container may read.
use crate::prelude::*;
use crate::settings::Values;

pub(crate) const CHECK: Check = Check {
    id: "secret-volume-mode-wide",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("secret_volume_mode_wide.md"),
    run: Run::Pod(secret_volume_mode_wide),
};
use std::cell::LazyCell;

fn secret_volume_mode_wide(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.is_windows() {
        return;
    }
    let tighter = LazyCell::new(|| tighter(pod));
    let is_held = out.settings().values == Values::Held;
    let mut flag = |node: Node<'_>, field: &'static str, volume: &str| {
        let mode = node.get(field).and_then(Node::int);
        if !(is_held && field == "defaultMode" && mode == Some(FILLED_IN)) {
            flag(pod, node, field, volume, &|| *tighter, out);
        }
    };
    for volume in pod.volumes() {
        let name = volume.get("name").and_then(Node::str).unwrap_or_default();
        if let Some(secret) = volume.get("secret") {
            flag(secret, "defaultMode", name);
            secret.get("items").into_iter().flat_map(Node::items).for_each(|i| flag(i, "mode", name));
        }
        let Some(projected) = volume.get("projected") else { continue };
        let sources = || projected.get("sources").into_iter().flat_map(Node::items);
        if sources().any(|source| source.get("secret").is_some()) {
            flag(projected, "defaultMode", name);
        }
        let items = sources().filter_map(|source| source.at("secret.items")).flat_map(Node::items);
        items.for_each(|item| flag(item, "mode", name));
    }
}

/// What an API server writes where nothing is said (pkg/apis/core/v1/defaults.go).
const FILLED_IN: i64 = 0o644;

/// Beyond this the API server refuses the value: `644` without the leading zero is `01204`.
const LARGEST: i64 = 0o777;

fn flag(
    pod: &Pod<'_>,
    node: Node<'_>,
    field: &str,
    volume: &str,
    tighter: &dyn Fn() -> Option<(Safety, i64)>,
    out: &mut Findings<'_>,
) {
    let mode = node.get(field).and_then(Node::int).filter(|mode| (0..=LARGEST).contains(mode));
    let Some(mode) = mode.filter(|mode| mode & 0o007 != 0) else { return };
    let message = format!("mode 0{mode:o} lets every user of the containers read volume `{volume}`");
    let flag = out.flag(pod.object().site(node, field), message);
    if let Some((safety, mode)) = tighter() {
        flag.fix(safety, [set(node, field, mode)]);
    }
}

/// The mode with which the containers still read their files, which belong to root.
///
/// With `fsGroup` the kubelet gives them that group. Without it only root reads `0400`: safe where root is
/// what runs, risky where the image decides, and not offered where something else is known to run.
fn tighter(pod: &Pod<'_>) -> Option<(Safety, i64)> {
    if pod.at("securityContext.fsGroup").is_some() {
        return Some((Safety::Safe, 0o440));
    }
    let user = |container: Container<'_>| container.effective("runAsUser").and_then(Node::int);
    let non_root = |container: Container<'_>| {
        user(container).is_some_and(|user| user != 0)
            || container.effective("runAsNonRoot").and_then(Node::bool) == Some(true)
    };
    if pod.every_container().any(non_root) {
        return None;
    }
    let all_root = pod.every_container().all(|container| user(container) == Some(0));
    Some((if all_root { Safety::Safe } else { Safety::Risky }, 0o400))
}
