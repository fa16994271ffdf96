//! `selinux-custom-type`: SELinux options that leave the confinement of containers.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "selinux-custom-type",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: Some(Profile::baseline("seLinuxOptions", v(1, 0))),
    page: include_str!("selinux_custom_type.md"),
    run: Run::Pod(selinux_custom_type),
};

fn selinux_custom_type(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.is_windows() {
        return;
    }
    let whole = pod.at(OPTIONS).map(|options| (options, "the pod".to_owned()));
    let each =
        pod.every_container().filter_map(|container| Some((container.at(OPTIONS)?, container.title())));
    for (options, who) in whole.into_iter().chain(each) {
        let text = |field| options.get(field).and_then(Node::str).filter(|text| !text.is_empty());
        let site = |field| pod.object().site(options, field);
        if let Some(kind) = text("type").filter(|kind| !is_confined(kind, pod)) {
            out.flag(site("type"), format!("{who} runs with SELinux type `{kind}`"));
        }
        for field in ["user", "role"] {
            if let Some(value) = text(field) {
                out.flag(site(field), format!("{who} runs as SELinux {field} `{value}`"));
            }
        }
    }
}

const OPTIONS: &str = "securityContext.seLinuxOptions";

/// Types that the policy of containers makes for them.
fn is_confined(kind: &str, pod: &Pod<'_>) -> bool {
    matches!(kind, "container_t" | "container_init_t" | "container_kvm_t")
        || (kind == "container_engine_t" && pod.version() >= v(1, 31))
}
