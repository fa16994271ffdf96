//! `load-balancer-open`: a load balancer that takes calls from the whole internet.
use super::network_policy_allow_all::is_everything;
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "load-balancer-open",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("load_balancer_open.md"),
    run: Run::Object(load_balancer_open),
};

/// Annotations that keep the load balancer inside, with the values that do; an empty list: any value.
///
/// kubernetes.io/docs/concepts/services-networking/service/#internal-load-balancer; for what is missing
/// there the load balancer annotations of hcloud-, scaleway- and oci-cloud-controller-manager and of
/// kubernetes-sigs/aws-load-balancer-controller.
const INSIDE: [(&str, &[&str]); 14] = [
    ("service.beta.kubernetes.io/aws-load-balancer-internal", &["true", "0.0.0.0/0"]),
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", &["internal"]),
    ("service.beta.kubernetes.io/azure-load-balancer-internal", &["true"]),
    ("networking.gke.io/load-balancer-type", &["Internal"]),
    ("cloud.google.com/load-balancer-type", &["Internal", "internal"]),
    ("service.beta.kubernetes.io/openstack-internal-load-balancer", &["true"]),
    ("service.beta.kubernetes.io/oci-load-balancer-internal", &["true"]),
    ("oci-network-load-balancer.oraclecloud.com/internal", &["true"]),
    ("service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type", &["intranet"]),
    ("service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type", &["private"]),
    ("service.kubernetes.io/qcloud-loadbalancer-internal-subnetid", &[]),
    ("service.beta.kubernetes.io/cce-load-balancer-internal-vpc", &["true"]),
    ("load-balancer.hetzner.cloud/disable-public-network", &["true"]),
    ("service.beta.kubernetes.io/scw-loadbalancer-private", &["true"]),
];

/// The older way to say `loadBalancerSourceRanges` (pkg/api/v1/service/util.go).
const RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";

fn load_balancer_open(object: &Object, out: &mut Findings<'_>) {
    let is_service = object.kind() == "Service" && object.group().is_empty();
    if !is_service || object.at("spec.type").and_then(Node::str) != Some("LoadBalancer") {
        return;
    }
    if object.at("spec.loadBalancerClass").and_then(Node::str) == Some("tailscale") || is_inside(object) {
        return;
    }
    let service = format!("Service `{}`", object.name());
    let ranges = object.at("spec.loadBalancerSourceRanges");
    let written: Vec<Node<'_>> = ranges.into_iter().flat_map(Node::items).collect();
    if let Some(all) = written.iter().find(|range| range.str().is_some_and(is_everything)) {
        let message = format!(
            "{service} takes connections from any address: `{}` is all of them",
            all.text().unwrap_or_default()
        );
        out.flag(object.site(*all, ""), message);
    } else if written.is_empty() && annotation(object, RANGES).is_none_or(has_everything) {
        let message = format!("{service} takes connections from any address: no source range is named");
        out.flag(object.site(object.root(), "spec.loadBalancerSourceRanges"), message);
    }
}

fn has_everything(ranges: &str) -> bool {
    ranges.trim().is_empty() || ranges.split(',').any(is_everything)
}

fn is_inside(object: &Object) -> bool {
    INSIDE.iter().any(|(key, values)| {
        annotation(object, key).is_some_and(|value| values.is_empty() || values.contains(&value))
    })
}

fn annotation<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    object.at("metadata.annotations").and_then(|annotations| annotations.get(key)).and_then(Node::str)
}
