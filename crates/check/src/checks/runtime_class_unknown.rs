//! `runtime-class-unknown`: a pod that asks for a RuntimeClass the cluster does not have.
use crate::prelude::*;
use crate::sandbox::runtime_classes;

pub(crate) const CHECK: Check = Check {
    id: "runtime-class-unknown",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("runtime_class_unknown.md"),
    run: Run::PodAmong(runtime_class_unknown),
};

/// So many classes are named in a message.
const SHOWN: usize = 3;

fn runtime_class_unknown(pod: &Pod<'_>, inventory: &Inventory, out: &mut Findings<'_>) {
    let Some(name) = pod.at("runtimeClassName").and_then(Node::str).filter(|name| !name.is_empty()) else {
        return;
    };
    let told = out.settings().runtime_classes.iter().map(String::as_str);
    let mut known: Vec<&str> = told.chain(runtime_classes(inventory).map(Object::name)).collect();
    known.sort_unstable();
    known.dedup();
    if known.is_empty() || known.contains(&name) {
        return;
    }
    let shown: Vec<String> = known.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = if known.len() > SHOWN { ", …" } else { "" };
    let message = format!(
        "RuntimeClass `{name}` is not known, the pod is refused: known are {}{more}",
        shown.join(", ")
    );
    out.flag(pod.site("runtimeClassName"), message);
}
