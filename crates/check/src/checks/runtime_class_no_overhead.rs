//! `runtime-class-no-overhead`: a sandbox whose own memory nobody counts.
use crate::prelude::*;
use crate::sandbox::{handler, is_sandbox};

pub(crate) const CHECK: Check = Check {
    id: "runtime-class-no-overhead",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("runtime_class_no_overhead.md"),
    run: Run::Object(runtime_class_no_overhead),
};

fn runtime_class_no_overhead(object: &Object, out: &mut Findings<'_>) {
    // On by default since 1.18 (KEP-688); v1alpha1 has it under `spec`.
    let is_class = object.kind() == "RuntimeClass" && object.group() == "node.k8s.io";
    if !is_class || out.version() < v(1, 18) {
        return;
    }
    let Some(handler) = handler(object) else { return };
    let Some(name) = handler.str().filter(|name| is_sandbox(name)) else { return };
    let overhead = object.at("overhead").or_else(|| object.at("spec.overhead"));
    let fixed = overhead.and_then(|overhead| overhead.get("podFixed"));
    if fixed.is_none_or(|fixed| fixed.entries().next().is_none()) {
        let message = format!("what a sandbox of `{name}` itself takes is not counted against the node");
        out.flag(object.site(fixed.or(overhead).unwrap_or(handler), ""), message);
    }
}
