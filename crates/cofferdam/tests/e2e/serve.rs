//! Does `cofferdam serve` hold what it promises, with a real API server in front of it?

mod change;
mod kubectl;
mod outage;
mod pod_security;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use testkit::apiserver::{ApiServer, Authority, Request, Webhook};

use crate::cluster::{Cluster, until};

/// What each level and version of the standard refuses: host namespaces.
pub(crate) fn bad(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
        "spec": {"hostPID": true, "containers": [{"name": "a", "image": "registry.example.com/a:1"}]},
    })
}

/// What even the restricted level lets in.
pub(crate) fn good(name: &str) -> Value {
    let tight = json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}});
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
        "spec": {
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{"name": "a", "image": "registry.example.com/a:1", "securityContext": tight}],
        },
    })
}

pub(crate) fn policy(spec: &str) -> String {
    format!("apiVersion: cofferdam.dev/v1alpha1\nkind: Policy\nmetadata: {{name: e2e}}\nspec: {spec}\n")
}

/// A webhook, and the namespaces that are sent to it.
pub(crate) struct Guarded<'s> {
    pub(crate) name: &'static str,
    pub(crate) cluster: Cluster<'s>,
    pub(crate) webhook: Webhook,
    pub(crate) authority: Authority,
}

impl<'s> Guarded<'s> {
    /// Starts a webhook with a namespace of its name, and sends that namespace's pods to it.
    pub(crate) fn start(
        server: &'s ApiServer,
        name: &'static str,
        policies: &str,
        objects: &[Value],
    ) -> Self {
        let authority = Authority::new("cofferdam-webhook");
        let program = Path::new(env!("CARGO_BIN_EXE_cofferdam"));
        let webhook = Webhook::start(program, &folder(server, name), &authority, policies, objects);
        let webhook = webhook.unwrap_or_else(|error| panic!("{error}"));
        let cluster = Cluster::new(server);
        cluster.namespace(name, &json!({"webhook": name}));
        Self { name, cluster, webhook, authority }
    }

    /// Sends reviews to it, and waits until the API server does.
    pub(crate) fn register(&self, kind: &str, failure: &str) {
        self.cluster.apply(&self.webhook.configuration(kind, self.name, failure, 5));
        if kind == "Validating" {
            until("the webhook is asked", || (self.create(self.name, &bad("probe")).0 == 403).then_some(()));
        }
    }

    /// Tries to create a pod; status and message.
    pub(crate) fn create(&self, namespace: &str, pod: &Value) -> (u16, String) {
        let answer = self.cluster.call(&create(namespace, pod));
        (answer.status, answer.message())
    }

    /// What the API server puts before our words.
    pub(crate) fn prefix(&self) -> String {
        format!("admission webhook \"{}.cofferdam.dev\" denied the request: ", self.name)
    }
}

impl Drop for Guarded<'_> {
    fn drop(&mut self) {
        // A configuration that points nowhere would be in the way of nobody, but of every log.
        for kind in ["Validating", "Mutating"] {
            let path = format!(
                "/apis/admissionregistration.k8s.io/v1/{}webhookconfigurations/{}",
                kind.to_lowercase(),
                self.name
            );
            let _ = self.cluster.client.call(&Request::delete(&path));
        }
    }
}

pub(crate) fn create(namespace: &str, pod: &Value) -> Request {
    Request::post(&format!("/api/v1/namespaces/{namespace}/pods?dryRun=All"), pod)
}

fn folder(server: &ApiServer, name: &str) -> PathBuf {
    server.folder().join("webhooks").join(name)
}
