//! `cofferdam/report/v1`: what the audit found, for programs.

use serde_json::{Value, json};

use super::{Book, Entry};

impl Book {
    /// The report as one JSON document.
    pub(crate) fn json(&self) -> String {
        let namespaces: Vec<Value> = self
            .namespaces
            .iter()
            .map(|(name, namespace)| {
                let findings: Vec<Value> = namespace.entries.iter().map(entry).collect();
                json!({
                    "namespace": (!name.is_empty()).then_some(name),
                    "summary": namespace.summary(),
                    "findings": findings,
                    "notShown": namespace.not_shown(),
                })
            })
            .collect();
        let report = json!({
            "schema": "cofferdam/report/v1",
            "began": self.began,
            "ended": self.ended,
            "objects": self.objects,
            "leftToControllers": self.left,
            "namespaces": namespaces,
            "errors": self.errors,
            "errorsNotShown": self.errors_not_shown,
        });
        format!("{report}\n")
    }
}

fn entry(entry: &Entry) -> Value {
    let object = entry.object.as_ref().map(|object| {
        json!({"apiVersion": object.api_version, "kind": object.kind, "namespace": object.namespace,
               "name": object.name})
    });
    json!({"id": entry.id, "severity": entry.severity.to_string(), "message": entry.message,
           "field": entry.field, "object": object})
}
