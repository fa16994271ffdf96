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

/// A day: what the reference of this rule allows.
const LONGEST: i64 = 24 * 60 * 60;

fn sa_token_broad(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for volume in pod.volumes() {
        let name = volume.get("name").and_then(Node::str).unwrap_or_default();
        let sources = || volume.at("projected.sources").into_iter().flat_map(Node::items);
        let is_for_api = is_api_access(pod, name, sources());
        for token in sources().filter_map(|source| source.get("serviceAccountToken")) {
            let audience = token.get("audience").and_then(Node::str).filter(|audience| !audience.is_empty());
            if audience.is_none() && !is_for_api {
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

/// Whether the volume is what the API server adds by itself, or takes its place: then the API is the audience.
fn is_api_access<'a>(pod: &Pod<'_>, volume: &str, mut sources: impl Iterator<Item = Node<'a>>) -> bool {
    let has_root_ca =
        sources.any(|source| source.at("configMap.name").and_then(Node::str) == Some("kube-root-ca.crt"));
    let text = |mount: Node<'_>, key| {
        mount.get(key).and_then(Node::str).map(|text| text.trim_end_matches('/').to_owned())
    };
    let is_usual_place = |mount: Node<'_>| {
        text(mount, "name").as_deref() == Some(volume)
            && text(mount, "mountPath").as_deref() == Some("/var/run/secrets/kubernetes.io/serviceaccount")
    };
    let mut mounts = pod.every_container().filter_map(|c| c.at("volumeMounts")).flat_map(Node::items);
    has_root_ca || mounts.any(is_usual_place)
}
