//! `runtime-class-missing`: a pod on the node's kernel where the owner of the cluster wants a sandbox.
use crate::glob;
use crate::prelude::*;
use crate::sandbox::{handler, is_ordinary, is_sandbox, runtime_classes};

pub(crate) const CHECK: Check = Check {
    id: "runtime-class-missing",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("runtime_class_missing.md"),
    run: Run::PodAmong(runtime_class_missing),
};

fn runtime_class_missing(pod: &Pod<'_>, inventory: &Inventory, out: &mut Findings<'_>) {
    let namespace = pod.object().namespace();
    if !glob::any_matches(&out.settings().sandboxed_namespaces, namespace) {
        return;
    }
    let named = pod.at("runtimeClassName").and_then(Node::str).filter(|name| !name.is_empty());
    let site = pod.site("runtimeClassName");
    let flag = if let Some(name) = named {
        let class = runtime_classes(inventory).find(|class| class.name() == name);
        let handler = class.and_then(handler).and_then(Node::str).filter(|handler| is_ordinary(handler));
        let Some(handler) = handler else { return };
        let why = format!("runs it with `{handler}`, which is no sandbox");
        out.flag(site, format!("namespace `{namespace}` wants a sandbox, RuntimeClass `{name}` {why}"))
    } else {
        out.flag(site, format!("namespace `{namespace}` wants a sandbox, the pod names no RuntimeClass"))
    };
    if let Some(class) = only_sandbox(inventory).filter(|_| fits_a_sandbox(pod)) {
        flag.fix(Safety::Risky, [set(pod.spec(), "runtimeClassName", class)]);
    }
}

/// The one sandbox of the input; where there are two the owner has to choose.
fn only_sandbox(inventory: &Inventory) -> Option<&str> {
    let is_sandbox = |class: &&Object| handler(class).and_then(Node::str).is_some_and(is_sandbox);
    let mut classes = runtime_classes(inventory).filter(is_sandbox);
    let first = classes.next()?;
    classes.next().is_none().then(|| first.name())
}

/// Whether the pod could start in one: sandboxes share neither the node's namespaces nor its devices.
fn fits_a_sandbox(pod: &Pod<'_>) -> bool {
    let shares = ["hostNetwork", "hostPID", "hostIPC"].iter().any(|field| pod.is_set(field));
    !shares && !pod.is_windows() && !pod.every_container().any(Container::is_privileged)
}
