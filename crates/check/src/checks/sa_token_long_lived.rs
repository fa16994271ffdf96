//! `sa-token-long-lived`: a service account token that never ends.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "sa-token-long-lived",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("sa_token_long_lived.md"),
    run: Run::Object(sa_token_long_lived),
};

fn sa_token_long_lived(object: &Object, out: &mut Findings<'_>) {
    let is_token = object.at("type").and_then(Node::str) == Some("kubernetes.io/service-account-token");
    if object.kind() != "Secret" || !object.group().is_empty() || !is_token {
        return;
    }
    let annotations = object.at("metadata.annotations");
    let account =
        annotations.and_then(|map| map.get("kubernetes.io/service-account.name")).and_then(Node::str);
    let whose = account.map_or(String::new(), |account| format!(" of service account `{account}`"));
    out.flag(
        object.site(object.root(), "type"),
        format!("the Secret keeps a token{whose} that never expires"),
    );
}
