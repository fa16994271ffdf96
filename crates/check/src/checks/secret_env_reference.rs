//! `secret-env-reference`: a Secret handed over as an environment variable.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "secret-env-reference",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("secret_env_reference.md"),
    run: Run::Pod(secret_env_reference),
};

fn secret_env_reference(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for container in pod.every_container() {
        for variable in container.at("env").into_iter().flat_map(Node::items) {
            let Some(reference) = variable.at("valueFrom.secretKeyRef") else { continue };
            let text = |node: Node<'_>, key| node.get(key).and_then(Node::str).unwrap_or_default().to_owned();
            let message = format!(
                "{} takes key `{}` of Secret `{}` as environment variable `{}`",
                container.title(),
                text(reference, "key"),
                text(reference, "name"),
                text(variable, "name")
            );
            out.flag(pod.site_of(reference), message);
        }
        for source in container.at("envFrom").into_iter().flat_map(Node::items) {
            let Some(reference) = source.get("secretRef") else { continue };
            let name = reference.get("name").and_then(Node::str).unwrap_or_default();
            let message =
                format!("{} takes every key of Secret `{name}` as environment variables", container.title());
            out.flag(pod.site_of(reference), message);
        }
    }
}
