//! `deprecated-image-registry`: an image at an address nobody keeps any more.
use super::image_volume_unpinned::image_volumes;
use crate::image_reference::ImageReference;
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "deprecated-image-registry",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("deprecated_image_registry.md"),
    run: Run::Pod(deprecated_image_registry),
};

/// A host, or a host with the first steps of a path, and what became of it.
type Retired = (&'static str, &'static str);

/// Kubernetes' own: kubernetes.io/blog/2023/03/10/image-registry-redirect, whose freeze began on 2023-04-03.
/// The others as their owners announced: kubernetes-sigs/kubebuilder discussion 3907 (removed 2025-03-18),
/// bitnami/containers#83267 (2025-08-28), the installation manifests of the projects that left
/// `quay.io/coreos`. Projects that merely prefer another registry are not listed.
const RETIRED: [Retired; 19] = [
    ("k8s.gcr.io", "gets no images since April 2023: they are at `registry.k8s.io`"),
    ("gcr.io/google_containers", "gets no images since 2020: they are at `registry.k8s.io`"),
    ("gcr.io/google-containers", "gets no images since 2020: they are at `registry.k8s.io`"),
    ("us.gcr.io/k8s-artifacts-prod", "gets no images since April 2023: they are at `registry.k8s.io`"),
    ("eu.gcr.io/k8s-artifacts-prod", "gets no images since April 2023: they are at `registry.k8s.io`"),
    ("asia.gcr.io/k8s-artifacts-prod", "gets no images since April 2023: they are at `registry.k8s.io`"),
    ("gcr.io/kubebuilder", "is gone since 2025: kube-rbac-proxy is at `quay.io/brancz`"),
    ("gcr.io/kubernetes-helm", "is gone: Helm 3 has no server part"),
    (
        "quay.io/kubernetes-ingress-controller",
        "gets no images since 2020: they are at `registry.k8s.io/ingress-nginx`",
    ),
    ("quay.io/coreos/kube-rbac-proxy", "gets no images: they are at `quay.io/brancz/kube-rbac-proxy`"),
    (
        "quay.io/coreos/kube-state-metrics",
        "gets no images: they are at `registry.k8s.io/kube-state-metrics/kube-state-metrics`",
    ),
    (
        "quay.io/coreos/prometheus-operator",
        "gets no images: they are at `quay.io/prometheus-operator/prometheus-operator`",
    ),
    (
        "quay.io/coreos/prometheus-config-reloader",
        "gets no images: they are at `quay.io/prometheus-operator/prometheus-config-reloader`",
    ),
    ("quay.io/coreos/flannel", "gets no images: they are at `ghcr.io/flannel-io/flannel`"),
    ("quay.io/coreos/clair", "gets no images: they are at `quay.io/projectquay/clair`"),
    ("quay.io/coreos/hyperkube", "gets no images: Kubernetes has no hyperkube since 1.19"),
    ("docker.pkg.github.com", "is closed: images are at `ghcr.io`"),
    ("docker.io/bitnami", "lost its versioned tags in 2025: what is left there moves"),
    ("docker.io/bitnamilegacy", "gets no images since 2025: its holes stay open"),
];

fn deprecated_image_registry(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let of_containers = pod.every_container().filter_map(|container| container.at("image"));
    let of_volumes = image_volumes(*pod).map(|(_, node, _)| node);
    for node in of_containers.chain(of_volumes) {
        let Some(image) = node.str() else { continue };
        let Some((retired, what)) = retired(image) else { continue };
        let flag = out.flag(pod.site_of(node), format!("image `{image}`: `{retired}` {what}"));
        // The same images by the same names and digests (registry.k8s.io/README).
        if let Some(path) = image.strip_prefix("k8s.gcr.io/") {
            flag.fix(Safety::Safe, [set(node, "", format!("registry.k8s.io/{path}").as_str())]);
        }
    }
}

/// Whether the host is one of a retired place: of most images nothing else need be asked.
fn may_be_retired(image: &str) -> bool {
    let Some((first, _)) = image.split_once('/') else { return false };
    let is_at = |(place, _): &Retired| {
        let ends = matches!(place.as_bytes().get(first.len()), None | Some(b'/'));
        ends && place.get(..first.len()).is_some_and(|host| host.eq_ignore_ascii_case(first))
    };
    // Without a host it is Docker Hub, which goes by two names.
    first.starts_with("bitnami") || first.eq_ignore_ascii_case("index.docker.io") || RETIRED.iter().any(is_at)
}

/// The retired place an image is at, and what became of it.
pub(super) fn retired(image: &str) -> Option<Retired> {
    if !may_be_retired(image) {
        return None;
    }
    let name = ImageReference::parse(image)?.full_name();
    RETIRED.into_iter().find(|(place, _)| {
        name.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use finding::Source;
    use object::{Limits, Version, read};

    use super::*;
    use crate::{Judge, fix};

    #[test]
    fn the_new_address_is_written_though_other_rules_speak_of_the_image() {
        let text = "{apiVersion: v1, kind: Pod, metadata: {name: a}, \
                    spec: {containers: [{name: a, image: k8s.gcr.io/pause}]}}\n";
        let judge = |source: &Arc<Source>| {
            let inventory = Inventory::new(read(source, Limits::default()).objects);
            let judge = Judge::new(Version::NEWEST, |_| true);
            inventory.objects().iter().flat_map(|object| judge.object(object, &inventory)).collect()
        };
        let source = Arc::new(Source::file("a.yaml", text.to_owned()));
        let mended = fix::mend(&source, Safety::Safe, &judge);
        assert!(mended.source.text().contains("image: registry.k8s.io/pause}"), "{:?}", mended.refused);
    }
}
