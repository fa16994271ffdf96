//! `sa-token-broad`: a projected token that is good for too much or too long.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "sa-token-broad",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("sa_token_broad.md"),
    run: Run::Pod(sa_token_broad),
};
use std::cell::LazyCell;
use std::collections::BTreeSet;

/// A day: what the reference of this rule allows.
const LONGEST: i64 = 24 * 60 * 60;

fn sa_token_broad(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let at_usual_place = LazyCell::new(|| at_usual_place(pod));
    for volume in pod.volumes() {
        let name = volume.get("name").and_then(Node::str).unwrap_or_default();
        let sources = || volume.at("projected.sources").into_iter().flat_map(Node::items);
        let is_for_api = || holds_root_ca(sources()) || at_usual_place.contains(name);
        for token in sources().filter_map(|source| source.get("serviceAccountToken")) {
            let audience = token.get("audience").and_then(Node::str).filter(|audience| !audience.is_empty());
            if audience.is_none() && !is_for_api() {
                let message =
                    format!("the token in volume `{name}` names no audience: the API server takes it");
                out.flag(pod.object().site(token, "audience"), message);
            }
            let seconds = token.get("expirationSeconds").and_then(Node::int);
            if let Some(seconds) = seconds.filter(|seconds| *seconds > LONGEST) {
                let message =
                    format!("the token in volume `{name}` is good for {} hours", seconds / (60 * 60));
                out.flag(pod.object().site(token, "expirationSeconds"), message);
            }
        }
    }
}

/// Whether the volume is what the API server adds by itself: then the API is the audience.
fn holds_root_ca<'a>(mut sources: impl Iterator<Item = Node<'a>>) -> bool {
    sources.any(|source| source.at("configMap.name").and_then(Node::str) == Some("kube-root-ca.crt"))
}

/// The volumes that take its place.
fn at_usual_place<'a>(pod: &Pod<'a>) -> BTreeSet<&'a str> {
    let text =
        |mount: Node<'a>, key| mount.get(key).and_then(Node::str).map(|text| text.trim_end_matches('/'));
    let mounts = pod.every_container().filter_map(|c| c.at("volumeMounts")).flat_map(Node::items);
    let usual = mounts
        .filter(|mount| text(*mount, "mountPath") == Some("/var/run/secrets/kubernetes.io/serviceaccount"));
    usual.filter_map(|mount| text(mount, "name")).collect()
}
