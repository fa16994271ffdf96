//! How do all replicas come to show one certificate?
//!
//! It stands in a Secret. Whoever finds none, or one that is to be replaced, writes; of two that do so at once the
//! server takes the first, and the other reads what that one wrote.

use std::collections::BTreeMap;

use object::base64;
use serde_json::{Value, json};

use crate::discover::Resource;
use crate::error::ApiError;
use crate::request::Cluster;
use crate::write::Written;

/// Texts by their keys, as one revision of a Secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Texts, by key.
    pub texts: BTreeMap<String, String>,
    /// Its `resourceVersion`.
    pub revision: String,
}

impl std::fmt::Debug for Held {
    /// Never the texts: one of them is a private key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys: Vec<_> = self.texts.keys().collect();
        f.debug_struct("Held").field("keys", &keys).field("revision", &self.revision).finish()
    }
}

/// A Secret that all replicas read and write.
#[derive(Clone, Debug)]
pub struct SharedSecret {
    cluster: Cluster,
    namespace: String,
    name: String,
}

impl SharedSecret {
    /// The Secret of this name, there or not.
    pub fn new(cluster: Cluster, namespace: &str, name: &str) -> Self {
        Self { cluster, namespace: namespace.to_owned(), name: name.to_owned() }
    }

    /// What it holds; `None` when there is no such Secret, or nothing in it.
    ///
    /// # Errors
    /// When the server does not answer, or a value is no text.
    pub async fn load(&self) -> Result<Option<Held>, ApiError> {
        let Some(secret) = self.cluster.value(&Resource::secrets(), &self.namespace, &self.name).await?
        else {
            return Ok(None);
        };
        let revision = secret["metadata"]["resourceVersion"].as_str().unwrap_or_default().to_owned();
        let data = secret["data"].as_object().into_iter().flatten();
        let texts: Option<BTreeMap<_, _>> =
            data.map(|(key, value)| Some((key.clone(), text(value.as_str()?)?))).collect();
        match texts {
            Some(texts) => Ok(Some(Held { texts, revision })),
            None => Err(ApiError::Unreadable {
                path: Resource::secrets().path_of(&self.namespace, &self.name),
                why: "a value of it is no text: delete the Secret to have a new one made".to_owned(),
            }),
        }
    }

    /// Writes it over a revision, or over nothing. Returns its new revision, or nothing when another was first.
    ///
    /// # Errors
    /// When the server refuses or does not answer.
    pub async fn save(
        &self,
        texts: &BTreeMap<String, String>,
        over: Option<&str>,
    ) -> Result<Option<String>, ApiError> {
        let secrets = Resource::secrets();
        let data: BTreeMap<&String, String> =
            texts.iter().map(|(key, text)| (key, base64::encode(text.as_bytes()))).collect();
        let written = if let Some(revision) = over {
            // Whoever installed the Secret keeps its labels.
            let change = json!({"metadata": {"resourceVersion": revision}, "data": data});
            self.cluster.merge(&secrets, &self.namespace, &self.name, &change).await?
        } else {
            let secret = json!({
                "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "data": data,
                "metadata": {"name": self.name, "namespace": self.namespace,
                             "labels": {"app.kubernetes.io/managed-by": "cofferdam"}},
            });
            self.cluster.create(&secrets, &self.namespace, &secret).await?
        };
        Ok(match written {
            Written::As(secret) => secret["metadata"]["resourceVersion"].as_str().map(str::to_owned),
            Written::Overtaken => None,
        })
    }
}

fn text(value: &str) -> Option<String> {
    String::from_utf8(base64::decode(value, base64::Blanks::Any)?).ok()
}

/// The patch that gives every webhook of a configuration this authority; nothing when all have it.
pub(crate) fn bundle_patch(configuration: &Value, bundle: &str) -> Option<Value> {
    let wanted = base64::encode(bundle.as_bytes());
    let webhooks = configuration["webhooks"].as_array()?;
    let mut patch = vec![json!({
        "op": "test", "path": "/metadata/resourceVersion", "value": configuration["metadata"]["resourceVersion"],
    })];
    patch.extend(
        webhooks
            .iter()
            .enumerate()
            .filter(|(_, webhook)| webhook["clientConfig"]["caBundle"] != wanted.as_str())
            .map(|(at, _)| json!({"op": "add", "path": format!("/webhooks/{at}/clientConfig/caBundle"), "value": wanted})),
    );
    (patch.len() > 1).then(|| patch.into())
}

impl Cluster {
    /// Tells the API server to trust this authority (PEM) behind every webhook of the configurations of this name.
    /// One that is not there is left to whoever installs it. Says how many were changed.
    ///
    /// # Errors
    /// When the server refuses or does not answer.
    pub async fn publish_bundle(&self, configuration: &str, bundle: &str) -> Result<usize, ApiError> {
        /// Others write webhook configurations too, but not all the time.
        const TRIES: usize = 5;
        let mut changed = 0;
        for resource in Resource::webhooks() {
            for _ in 0..TRIES {
                let Some(now) = self.value(&resource, "", configuration).await? else { break };
                let Some(patch) = bundle_patch(&now, bundle) else { break };
                if let Written::As(_) = self.patch(&resource, "", configuration, &patch).await? {
                    changed += 1;
                    break;
                }
            }
        }
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_webhooks_with_another_authority_are_changed() {
        let configuration = json!({"metadata": {"resourceVersion": "7"}, "webhooks": [
            {"clientConfig": {"caBundle": "Q0E="}}, {"clientConfig": {}}]});
        let patch = bundle_patch(&configuration, "CA").unwrap();
        let expected = json!([{"op": "test", "path": "/metadata/resourceVersion", "value": "7"},
            {"op": "add", "path": "/webhooks/1/clientConfig/caBundle", "value": "Q0E="}]);
        assert_eq!(patch, expected);
        assert_eq!(bundle_patch(&json!({"webhooks": [{"clientConfig": {"caBundle": "Q0E="}}]}), "CA"), None);
        assert_eq!(bundle_patch(&json!({}), "CA"), None);
    }
}
