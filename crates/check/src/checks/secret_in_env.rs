//! `secret-in-env`: a credential written into the manifest as an environment variable.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "secret-in-env",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("secret_in_env.md"),
    run: Run::Pod(secret_in_env),
};
use crate::credential::suspect;

fn secret_in_env(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for container in pod.every_container() {
        for variable in container.at("env").into_iter().flat_map(Node::items) {
            let Some(value) = variable.get("value") else { continue };
            let Some(text) = value.str() else { continue };
            let name = variable.get("name").and_then(Node::str).unwrap_or_default();
            let Some(suspicion) = suspect(name, text) else { continue };
            let what = suspicion.of(text);
            let message = format!("environment variable `{name}` of {} holds {what}", container.title());
            out.flag(pod.site_of(value), message).hide(value);
        }
    }
}
