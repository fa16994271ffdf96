//! `secret-in-args`: a credential written into a command line.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "secret-in-args",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("secret_in_args.md"),
    run: Run::Pod(secret_in_args),
};
use crate::arguments::{credentials, header};

fn secret_in_args(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for container in pod.every_container() {
        let title = || container.title();
        let words = ["command", "args"].into_iter().filter_map(|list| container.at(list));
        flag_words(pod, words, &title, out);
        for handler in HANDLERS {
            let Some(node) = container.at(handler) else { continue };
            let owner = || format!("`{handler}` of {}", title());
            flag_words(pod, node.at("exec.command").into_iter(), &owner, out);
            flag_headers(pod, node, &owner, out);
        }
    }
}

/// Where a container says further commands and requests.
const HANDLERS: [&str; 5] =
    ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"];

fn flag_words<'a>(
    pod: &Pod<'a>,
    lists: impl Iterator<Item = Node<'a>>,
    owner: &dyn Fn() -> String,
    out: &mut Findings<'_>,
) {
    let nodes: Vec<Node<'_>> = lists.flat_map(Node::items).collect();
    let texts = nodes.iter().map(|node| node.str().unwrap_or_default());
    for found in credentials(texts) {
        let Some(node) = nodes.get(found.index) else { continue };
        let argument = found.name.map_or("an argument".to_owned(), |name| format!("argument `{name}`"));
        out.flag(pod.site_of(*node), format!("{argument} of {} holds {}", owner(), found.what)).hide(*node);
    }
}

fn flag_headers(pod: &Pod<'_>, handler: Node<'_>, owner: &dyn Fn() -> String, out: &mut Findings<'_>) {
    for item in handler.at("httpGet.httpHeaders").into_iter().flat_map(Node::items) {
        let name = item.get("name").and_then(Node::str).unwrap_or_default();
        let Some((value, text)) = item.get("value").and_then(|value| Some((value, value.str()?))) else {
            continue;
        };
        let line = format!("{name}: {text}");
        if let Some((suspicion, secret)) = header(&line) {
            let message = format!("header `{name}` of {} holds {}", owner(), suspicion.of(secret));
            out.flag(pod.site_of(value), message).hide(value);
        }
    }
}
