//! `ingress-no-tls`: a host that is served in plain text.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "ingress-no-tls",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("ingress_no_tls.md"),
    run: Run::Object(ingress_no_tls),
};

/// Annotations by which controllers are given certificates, or pass TLS on, without `spec.tls`.
///
/// From the annotation references of the controllers: AWS Load Balancer Controller, Azure Application
/// Gateway, both of `HAProxy`, Voyager, GKE, ingress-nginx, `OpenShift`, Traefik. Contour's
/// `tls-cert-namespace` is none: it only says where the Secret of `spec.tls` is.
const ELSEWHERE: [&str; 11] = [
    "alb.ingress.kubernetes.io/certificate-arn",
    "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
    "haproxy-ingress.github.io/ssl-passthrough",
    "haproxy.org/ssl-passthrough",
    "ingress.appscode.com/ssl-passthrough",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "ingress.kubernetes.io/ssl-passthrough",
    "networking.gke.io/managed-certificates",
    "nginx.ingress.kubernetes.io/ssl-passthrough",
    "route.openshift.io/termination",
    "traefik.ingress.kubernetes.io/router.tls",
];

fn ingress_no_tls(object: &Object, out: &mut Findings<'_>) {
    let is_ingress =
        object.kind() == "Ingress" && matches!(object.group(), "networking.k8s.io" | "extensions");
    if !is_ingress || has_tls_elsewhere(object) {
        return;
    }
    let tls: Vec<Node<'_>> = object.at("spec.tls").into_iter().flat_map(Node::items).collect();
    // An entry without hosts is for all of them, with the controller's own certificate.
    if tls.iter().any(|entry| entry.get("hosts").is_none_or(|hosts| hosts.items().len() == 0)) {
        return;
    }
    let covered: Vec<&str> = tls
        .iter()
        .filter_map(|entry| entry.get("hosts"))
        .flat_map(Node::items)
        .filter_map(Node::str)
        .collect();
    let name = object.name();
    let mut rules = object.at("spec.rules").into_iter().flat_map(Node::items).peekable();
    if rules.peek().is_none() && covered.is_empty() && object.at("spec").is_some() {
        let message = format!("Ingress `{name}` serves every host without TLS");
        out.flag(object.site(object.root(), "spec.tls"), message);
    }
    for rule in rules {
        let site = object.site(rule, "host");
        match rule.get("host").and_then(Node::str).filter(|host| !host.is_empty()) {
            Some(host) if covered.iter().any(|covered| covers(covered, host)) => {}
            Some(host) => {
                out.flag(site, format!("Ingress `{name}` serves host `{host}` without TLS"));
            }
            None if covered.is_empty() => {
                out.flag(site, format!("Ingress `{name}` serves every host without TLS"));
            }
            // Some hosts have TLS: the rule for the others may be there to turn them away.
            None => {}
        }
    }
}

fn has_tls_elsewhere(object: &Object) -> bool {
    let class = object.at("spec.ingressClassName").and_then(Node::str);
    let annotations = object.at("metadata.annotations");
    let mut entries = annotations.into_iter().flat_map(Node::entries);
    class == Some("tailscale")
        || entries.any(|(key, value)| {
            key.text().is_some_and(|key| ELSEWHERE.contains(&key))
                && !matches!(value.text(), Some("false" | "") | None)
        })
}

/// Whether a host of `spec.tls` is this one; `*.` stands for one label.
fn covers(covered: &str, host: &str) -> bool {
    covered == host
        || covered
            .strip_prefix("*.")
            .is_some_and(|domain| host.split_once('.').is_some_and(|(_, rest)| rest == domain))
}
