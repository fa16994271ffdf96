//! How is something written, when others may write it too?
//!
//! Nothing here overwrites what it has not read: a `resourceVersion` goes along, and 409 says that somebody was first.

use http::Method;
use serde_json::Value;

use crate::discover::Resource;
use crate::error::ApiError;
use crate::request::{Ask, Cluster, JSON, unreadable};

/// What came of writing.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    /// It is there; this is how the server has it.
    As(Value),
    /// Somebody else wrote it first, or took it away.
    Overtaken,
}

const MERGE: &str = "application/merge-patch+json";
const JSON_PATCH: &str = "application/json-patch+json";

impl Cluster {
    /// One object as a value; `None` when there is none.
    pub async fn value(&self, of: &Resource, namespace: &str, name: &str) -> Result<Option<Value>, ApiError> {
        let Some(bytes) = self.get(of, namespace, name).await? else { return Ok(None) };
        let ask = Ask::get(of.path_of(namespace, name));
        serde_json::from_slice(&bytes).map(Some).map_err(|why| unreadable(&ask, &why))
    }

    /// Makes an object that is not there yet.
    pub async fn create(&self, of: &Resource, namespace: &str, object: &Value) -> Result<Written, ApiError> {
        let path = of.path_of(namespace, "");
        self.write(Method::POST, path.trim_end_matches('/'), JSON, object).await
    }

    /// Replaces an object; its `metadata.resourceVersion` says which state is replaced.
    pub async fn replace(
        &self,
        of: &Resource,
        namespace: &str,
        name: &str,
        object: &Value,
    ) -> Result<Written, ApiError> {
        self.write(Method::PUT, &of.path_of(namespace, name), JSON, object).await
    }

    /// Merges fields into an object; a `metadata.resourceVersion` among them says which state is changed.
    pub async fn merge(
        &self,
        of: &Resource,
        namespace: &str,
        name: &str,
        change: &Value,
    ) -> Result<Written, ApiError> {
        self.write(Method::PATCH, &of.path_of(namespace, name), MERGE, change).await
    }

    /// Merges fields into the status of an object.
    pub async fn merge_status(
        &self,
        of: &Resource,
        namespace: &str,
        name: &str,
        change: &Value,
    ) -> Result<Written, ApiError> {
        let path = format!("{}/status", of.path_of(namespace, name));
        self.write(Method::PATCH, &path, MERGE, change).await
    }

    /// Applies a JSON patch (RFC 6902), whose `test` operations say which state is changed.
    pub async fn patch(
        &self,
        of: &Resource,
        namespace: &str,
        name: &str,
        patch: &Value,
    ) -> Result<Written, ApiError> {
        self.write(Method::PATCH, &of.path_of(namespace, name), JSON_PATCH, patch).await
    }

    /// Asks something by creating it, such as a review.
    pub(crate) async fn ask_by_creating(&self, path: &str, question: &Value) -> Result<Value, ApiError> {
        let ask = Ask::write(Method::POST, path, (JSON, question.to_string().into_bytes()));
        let bytes = self.patiently(&ask).await?;
        serde_json::from_slice(&bytes).map_err(|why| unreadable(&ask, &why))
    }

    /// Sends a change once: whoever sends it twice overtakes himself. It is for the caller to look and try again.
    async fn write(
        &self,
        method: Method,
        path: &str,
        kind: &'static str,
        body: &Value,
    ) -> Result<Written, ApiError> {
        let is_patch = kind == JSON_PATCH;
        let ask = Ask::write(method, path, (kind, body.to_string().into_bytes()));
        match self.once(&ask).await {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map(Written::As).map_err(|why| unreadable(&ask, &why))
            }
            Err((error, _)) if matches!(error.code(), Some(404 | 409)) => Ok(Written::Overtaken),
            // A `test` that does not hold.
            Err((error, _)) if is_patch && error.code() == Some(422) => Ok(Written::Overtaken),
            Err((error, _)) => Err(error),
        }
    }
}
