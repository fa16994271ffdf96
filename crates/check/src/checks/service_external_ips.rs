//! `service-external-ips`: a Service that takes traffic for addresses of its own choice.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "service-external-ips",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("service_external_ips.md"),
    run: Run::Object(service_external_ips),
};

fn service_external_ips(object: &Object, out: &mut Findings<'_>) {
    if object.kind() != "Service" || !object.group().is_empty() {
        return;
    }
    let Some(addresses) = object.at("spec.externalIPs") else { return };
    let shown: Vec<String> =
        addresses.items().filter_map(Node::text).map(|address| format!("`{address}`")).collect();
    if !shown.is_empty() {
        let message =
            format!("every node sends traffic for {} to Service `{}`", shown.join(", "), object.name());
        out.flag(object.site(addresses, ""), message);
    }
}
