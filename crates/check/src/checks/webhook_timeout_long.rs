//! `webhook-timeout-long`: a webhook that may hold up the API server for long.
use crate::api_group::is_custom;
use crate::prelude::*;
use crate::webhook::{Webhook, webhooks};

pub(crate) const CHECK: Check = Check {
    id: "webhook-timeout-long",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[Severity::Low],
    profile: None,
    page: include_str!("webhook_timeout_long.md"),
    run: Run::Object(webhook_timeout_long),
};

/// Longer than this is long: what Pod Security's own webhook allows itself.
const LONG: i64 = 5;

fn webhook_timeout_long(object: &Object, out: &mut Findings<'_>) {
    for webhook in webhooks(object).filter(|webhook| webhook.timeout() > LONG) {
        let written = webhook.node.get("timeoutSeconds").is_some();
        // Whoever fails open has at least thought of it being slow; the default is then no oversight to speak of.
        if !written && !webhook.fails_closed() {
            continue;
        }
        let by_default = if written { "" } else { " by default" };
        let waits = format!("may hold up a request for {} seconds{by_default}", webhook.timeout());
        out.flag(object.site(webhook.node, "timeoutSeconds"), format!("webhook `{}` {waits}", webhook.name))
            .severity(severity(webhook))
            .fix(Safety::Risky, [set(webhook.node, "timeoutSeconds", LONG)]);
    }
}

/// What holds up Kubernetes' own kinds holds up everybody; a slow judge of one team's custom resources is
/// that team's trouble.
fn severity(webhook: Webhook<'_>) -> Severity {
    let mut groups = webhook.groups().peekable();
    let custom_only = groups.peek().is_some() && groups.all(is_custom);
    if custom_only { Severity::Low } else { Severity::Medium }
}
