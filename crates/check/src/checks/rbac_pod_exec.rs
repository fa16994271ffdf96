//! `rbac-pod-exec`: a role that reaches into running pods.
use crate::prelude::*;
use crate::rbac::{Power, Scope, flag_powers};

pub(crate) const CHECK: Check = Check {
    id: "rbac-pod-exec",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("rbac_pod_exec.md"),
    run: Run::ObjectAmong(rbac_pod_exec),
};

/// What every release allows.
pub(crate) const POWERS: [Power; 2] = [STREAM, DEBUG];

const STREAM: Power = Power {
    severity: Severity::Medium,
    resources: &[("", "pods/exec"), ("", "pods/attach"), ("", "pods/portforward")],
    verbs: &["create"],
    what: "reach into running pods (`{verb}` on `{resource}`){place}",
    scope: Scope::Namespaced,
    despite_names: |_| false,
};

/// A debug container runs inside the pod, with its volumes within reach.
const DEBUG: Power =
    Power { resources: &[("", "pods/ephemeralcontainers")], verbs: &["update", "patch"], ..STREAM };

/// Until 1.34 a WebSocket was opened with the right to read alone (KEP-4006).
const STREAM_BY_READING: Power = Power { verbs: &["create", "get"], ..STREAM };

fn rbac_pod_exec(object: &Object, inventory: &Inventory, out: &mut Findings<'_>) {
    let powers = if out.version() < v(1, 35) { [STREAM_BY_READING, DEBUG] } else { POWERS };
    flag_powers(&powers, object, inventory, out);
}
