//! `webhook-self-deadlock`: a webhook that must answer before it can be started.
use crate::pod_security_labels::labels;
use crate::prelude::*;
use crate::webhook::{Webhook, webhooks};

pub(crate) const CHECK: Check = Check {
    id: "webhook-self-deadlock",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("webhook_self_deadlock.md"),
    run: Run::ObjectAmong(webhook_self_deadlock),
};

/// The API server puts it on every namespace since 1.21 (KEP-2161).
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

const SYSTEM: &str = "kube-system";

fn webhook_self_deadlock(object: &Object, inventory: &Inventory, out: &mut Findings<'_>) {
    let version = out.version();
    for webhook in webhooks(object) {
        if !webhook.fails_closed() || !webhook.judges_new("", "pods") || webhook.has_conditions(version) {
            continue;
        }
        let own = webhook.service().map(|(namespace, _)| namespace);
        let judges = |namespace| {
            chooses_namespace(webhook, namespace, inventory, out)
                && chooses_pods(webhook, namespace, inventory)
        };
        let own_judged = own.filter(|namespace| judges(namespace));
        let system_judged = own != Some(SYSTEM) && judges(SYSTEM);
        let name = webhook.name;
        let site = || object.site(webhook.node, "failurePolicy");
        if let Some(namespace) = own_judged {
            let why = format!("new pods of its own namespace `{namespace}`: once down, it stays down");
            out.flag(site(), format!("webhook `{name}` must answer for {why}"));
        }
        if system_judged {
            let why = format!("new pods of `{SYSTEM}`: while it is down, network and DNS cannot come back");
            out.flag(site(), format!("webhook `{name}` must answer for {why}"));
        }
    }
}

/// Whether the namespace is certainly chosen: a selector over labels that nobody knows is no reason to cry.
fn chooses_namespace(webhook: Webhook<'_>, name: &str, inventory: &Inventory, out: &Findings<'_>) -> bool {
    let Some(selector) = webhook.node.get("namespaceSelector") else { return true };
    let namespace = inventory.of_kind("", "Namespace").find(|namespace| namespace.name() == name);
    let named = (out.version() >= v(1, 21)).then_some((NAME_LABEL, name));
    let is_known = |key: &str| namespace.is_some() || named.is_some_and(|(own, _)| own == key);
    if !keys(selector).all(is_known) {
        return false;
    }
    let written = namespace.into_iter().flat_map(labels).filter_map(|(key, value)| Some((key, value.str()?)));
    object::selects(selector, named.into_iter().chain(written.filter(|(key, _)| *key != NAME_LABEL)))
}

/// Every label that a selector asks for.
fn keys(selector: Node<'_>) -> impl Iterator<Item = &str> {
    let labels = selector.get("matchLabels").into_iter().flat_map(Node::entries);
    let expressions = selector.get("matchExpressions").into_iter().flat_map(Node::items);
    let of_expressions =
        expressions.map(|expression| expression.get("key").and_then(Node::str).unwrap_or(""));
    labels.map(|(key, _)| key.text().unwrap_or("")).chain(of_expressions)
}

/// Whether pods of the namespace are chosen: all of them without a selector, else one of the input must be.
fn chooses_pods(webhook: Webhook<'_>, namespace: &str, inventory: &Inventory) -> bool {
    let Some(selector) = webhook.node.get("objectSelector") else { return true };
    if keys(selector).next().is_none() {
        return true;
    }
    // Behind its own Service it is the webhook's pods that count.
    let service = webhook.service().filter(|(own, _)| *own == namespace).and_then(|(_, name)| {
        let mut services =
            inventory.of_kind("", "Service").filter(|service| service.namespace() == namespace);
        services.find(|service| service.name() == name)?.at("spec.selector")
    });
    let behind = |pod: &Pod<'_>| {
        service.is_none_or(|service| {
            service.entries().all(|(key, value)| {
                pod.labels().any(|(own, have)| key.text() == Some(own) && value.str() == Some(have))
            })
        })
    };
    let own = inventory.objects().iter().filter(|object| object.namespace() == namespace);
    let mut pods = own.flat_map(|object| object.pods(object::Version::NEWEST));
    pods.any(|pod| behind(&pod) && object::selects(selector, pod.labels()))
}
