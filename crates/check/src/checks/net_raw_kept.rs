//! `net-raw-kept`: a container that may forge packets.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "net-raw-kept",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("net_raw_kept.md"),
    run: Run::Pod(net_raw_kept),
};

fn net_raw_kept(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.is_windows() {
        return;
    }
    for container in pod.every_container() {
        let path = "securityContext.capabilities.drop";
        let mut dropped = container.dropped_capabilities().map(|(name, _)| name).peekable();
        let drops_something = dropped.peek().is_some();
        let mut near = None;
        let mut is_dropped = false;
        for name in dropped {
            // The runtimes do not mind case here.
            is_dropped |= name.eq_ignore_ascii_case("ALL") || name.eq_ignore_ascii_case("NET_RAW");
            near = near.or_else(|| name.eq_ignore_ascii_case("CAP_NET_RAW").then_some(name));
        }
        if is_dropped {
            continue;
        }
        let hint = near.map(|name| format!(": `{name}` is not `NET_RAW`")).unwrap_or_default();
        let message = format!("{} keeps capability NET_RAW{hint}", container.title());
        // Where nobody thought of capabilities, `capability-not-dropped` says so: both are mended alike.
        let missing = if drops_something { "NET_RAW" } else { "ALL" };
        out.flag(container.site(path), message).fix(Safety::Risky, [append(container.node, path, missing)]);
    }
}
