//! What does an object of the cluster look like to a person?
//!
//! As `kubectl get KIND NAME -o json` prints it: four spaces a level, keys in order, without `managedFields`. A
//! line of a finding is a line there. What a controller reports in `status` is left out: nobody wrote it.

use std::sync::Arc;

use finding::Source;
use object::{Limits, Object, stored};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::discover::Resource;

/// An object as it is shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// `cluster:apps/v1/Deployment/shop/web`; without a namespace `cluster:v1/Namespace/shop`.
    pub name: String,
    /// The text.
    pub text: String,
    /// Who it is, and whose.
    pub metadata: Metadata,
}

/// Who an object is, and whose.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Metadata {
    /// Empty for objects of the cluster.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// What no other object ever has.
    pub uid: String,
    /// Changes with every change.
    #[serde(rename = "resourceVersion")]
    pub version: String,
    #[serde(rename = "ownerReferences")]
    owners: Vec<Owner>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
struct Owner {
    uid: String,
    controller: bool,
}

impl Metadata {
    /// The uid of the controller it says it belongs to. Whoever may write the object may say so.
    pub fn controller(&self) -> Option<&str> {
        self.owners.iter().find(|owner| owner.controller).map(|owner| owner.uid.as_str())
    }
}

impl Shown {
    /// The object, to be judged; its text is found by its name.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn object(self) -> Result<(Object, Metadata), String> {
        let source = Arc::new(Source::file(self.name, self.text));
        let object = stored(&source, Limits::default()).map_err(|problem| problem.message)?;
        Ok((object, self.metadata))
    }

    /// Shows an object of a list; the server leaves API version and kind out of the items. `known` is a field that
    /// was asked for and is not among the metadata.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn of(item: &str, resource: &Resource, known: Option<(&str, &str)>) -> Result<Self, String> {
        let mut object: Map<String, Value> = serde_json::from_str(item).map_err(|why| why.to_string())?;
        object.insert("apiVersion".to_owned(), resource.api_version().into());
        object.insert("kind".to_owned(), resource.kind.clone().into());
        object.remove("status");
        object.extend(known.map(|(field, value)| (field.to_owned(), value.into())));
        let metadata = object.get("metadata").cloned().unwrap_or_default();
        let metadata = Metadata::deserialize(metadata).map_err(|why| format!("metadata: {why}"))?;
        if let Some(Value::Object(written)) = object.get_mut("metadata") {
            written.remove("managedFields");
        }
        Ok(Self { name: name(resource, &metadata), text: pretty(&object)?, metadata })
    }
}

fn name(resource: &Resource, metadata: &Metadata) -> String {
    let Metadata { namespace, name, .. } = metadata;
    let inside = if namespace.is_empty() { String::new() } else { format!("{namespace}/") };
    format!("cluster:{}/{}/{inside}{name}", resource.api_version(), resource.kind)
}

fn pretty(object: &Map<String, Value>) -> Result<String, String> {
    let mut out = Vec::new();
    let layout = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut writer = serde_json::Serializer::with_formatter(&mut out, layout);
    object.serialize(&mut writer).map_err(|why| why.to_string())?;
    out.push(b'\n');
    String::from_utf8(out).map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_shown_as_kubectl_prints_it() {
        let resource = Resource {
            group: "apps".into(),
            version: "v1".into(),
            kind: "Deployment".into(),
            plural: "deployments".into(),
            namespaced: true,
        };
        let item = r#"{"status":{"replicas":1},"metadata":{"name":"web","namespace":"shop","uid":"u",
            "managedFields":[{}],"ownerReferences":[{"uid":"x"},{"uid":"y","controller":true}]},"spec":{}}"#;
        let shown = Shown::of(item, &resource, None).unwrap();
        assert_eq!(shown.name, "cluster:apps/v1/Deployment/shop/web");
        assert_eq!(shown.metadata.controller(), Some("y"));
        let head = "{\n    \"apiVersion\": \"apps/v1\",\n    \"kind\": \"Deployment\",\n    \"metadata\": {\n        \"name\": \"web\",\n";
        assert!(shown.text.starts_with(head), "{}", shown.text);
        assert!(shown.text.ends_with("    \"spec\": {}\n}\n") && !shown.text.contains("managedFields"));
        let deep = format!("{{\"spec\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(Shown::of(&deep, &resource, None).unwrap_err().contains("recursion limit"));
        assert!(
            Shown::of("[]", &resource, None).is_err()
                && Shown::of("{\"metadata\":{\"name\":1}}", &resource, None).is_err()
        );
    }
}
