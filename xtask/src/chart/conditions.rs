//! Which requests are sent at all? The rendered conditions are evaluated, by the same CEL that evaluates admission policies.

use anyhow::{Context, ensure};

use super::{Chart, NAMESPACE};

/// A request, and whether the webhook must hear of it.
struct Case {
    user: &'static str,
    group: &'static str,
    resource: &'static str,
    kind: &'static str,
    name: &'static str,
    /// None for what lives in no namespace.
    namespace: Option<&'static str>,
    is_sent: bool,
}

const RBAC: &str = "rbac.authorization.k8s.io";
const ITSELF: &str = "system:serviceaccount:guard-system:gate-cofferdam";

const CASES: [Case; 11] = [
    Case {
        user: "ann",
        group: "",
        resource: "pods",
        kind: "Pod",
        name: "x",
        namespace: Some("shop"),
        is_sent: true,
    },
    Case {
        user: "ann",
        group: RBAC,
        resource: "clusterroles",
        kind: "ClusterRole",
        name: "x",
        namespace: None,
        is_sent: true,
    },
    Case {
        user: "ann",
        group: "",
        resource: "pods",
        kind: "Pod",
        name: "x",
        namespace: Some("kube-system"),
        is_sent: false,
    },
    Case {
        user: "ann",
        group: "",
        resource: "pods",
        kind: "Pod",
        name: "x",
        namespace: Some(NAMESPACE),
        is_sent: false,
    },
    Case {
        user: "ann",
        group: RBAC,
        resource: "clusterroles",
        kind: "ClusterRole",
        name: ITS_ROLE,
        namespace: None,
        is_sent: false,
    },
    Case {
        user: "ann",
        group: "",
        resource: "pods",
        kind: "Pod",
        name: ITS_ROLE,
        namespace: Some("shop"),
        is_sent: true,
    },
    Case {
        user: "system:apiserver",
        group: RBAC,
        resource: "clusterroles",
        kind: "ClusterRole",
        name: "x",
        namespace: None,
        is_sent: false,
    },
    Case {
        user: ITSELF,
        group: "",
        resource: "pods",
        kind: "Pod",
        name: "x",
        namespace: Some("shop"),
        is_sent: false,
    },
    Case {
        user: "ann",
        group: "coordination.k8s.io",
        resource: "leases",
        kind: "Lease",
        name: "x",
        namespace: Some("shop"),
        is_sent: false,
    },
    Case {
        user: "ann",
        group: "",
        resource: "events",
        kind: "Event",
        name: "x",
        namespace: Some("shop"),
        is_sent: false,
    },
    Case {
        user: "system:node:a",
        group: "",
        resource: "nodes",
        kind: "Node",
        name: "x",
        namespace: None,
        is_sent: false,
    },
];

/// What the release calls its objects that live in no namespace.
const ITS_ROLE: &str = "gate-cofferdam.guard-system";

/// A policy that refuses whatever the conditions let through.
const POLICY: &str = "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: sent}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: [CREATE], resources: ['*/*']}]
  validations: [{expression: 'false', message: it is sent}]
  matchConditions:
";
const BINDING: &str = "---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: sent}
spec: {policyName: sent, validationActions: [Deny]}
";

/// Asks about every case under the conditions of every webhook.
pub(super) fn check(chart: &Chart) -> anyhow::Result<()> {
    let values = format!("{}/ci/enforce.yaml", super::CHART);
    let webhooks = chart.render(&["--values", &values, "--kube-version", "1.35"])?.webhooks();
    ensure!(webhooks.len() == 5, "ci/enforce.yaml renders {} webhooks, and should five", webhooks.len());
    for webhook in &webhooks {
        let conditions = &webhook.conditions;
        ensure!(!conditions.is_empty(), "{} has no match conditions", webhook.name);
        let policy = chart.put("conditions.yaml", &format!("{POLICY}{conditions}{BINDING}"))?;
        for case in &CASES {
            let request = chart.put("request.json", &review(case))?;
            let mut admit = chart.binary.command();
            admit.arg("admit").arg("--policy").arg(&policy).arg("--request").arg(&request);
            let output = admit.output().context("starting cofferdam")?;
            let said = String::from_utf8_lossy(&output.stdout);
            let refused = output.status.code() == Some(1) && said.contains("it is sent");
            ensure!(
                refused || output.status.success(),
                "{}: {}",
                case.resource,
                String::from_utf8_lossy(&output.stderr)
            );
            let (user, resource, namespace) =
                (case.user, case.resource, case.namespace.unwrap_or("no namespace"));
            let name = &webhook.name;
            ensure!(refused == case.is_sent, "{name}: {user}, {resource} in {namespace}: sent is {refused}");
        }
    }
    Ok(())
}

fn review(case: &Case) -> String {
    let version = if case.group.is_empty() { "v1".to_owned() } else { format!("{}/v1", case.group) };
    let mut metadata = serde_json::json!({"name": case.name});
    let mut request = serde_json::json!({
        "uid": "1",
        "operation": "CREATE",
        "name": case.name,
        "kind": {"group": case.group, "version": "v1", "kind": case.kind},
        "resource": {"group": case.group, "version": "v1", "resource": case.resource},
        "userInfo": {"username": case.user},
    });
    if let Some(namespace) = case.namespace {
        metadata["namespace"] = namespace.into();
        request["namespace"] = namespace.into();
    }
    request["object"] = serde_json::json!({"apiVersion": version, "kind": case.kind, "metadata": metadata});
    serde_json::json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request})
        .to_string()
}
