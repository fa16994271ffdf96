//! How does a cluster keep our documents? As custom resources, made from the table that the reader goes by.
//!
//! A structural schema prunes what it does not know. A policy without its mistyped line is another policy: every
//! mapping keeps what it is given, the reader refuses it, and the status says so.

use serde_json::{Map, Value, json};

use super::fields::{CHECK_MODES, Field, Kind, Need, SPEC, Type};
use super::{API_VERSION, KIND};

/// The definitions of all our kinds, as one text that `kubectl apply` takes.
pub fn custom_resources() -> String {
    // kubectl takes a text that opens with `{` for nothing but JSON.
    [policy(), pod_security_policy(), audit_summary()]
        .map(|definition| format!("---\n{definition:#}\n"))
        .concat()
}

fn policy() -> Value {
    let columns = json!([
        {"name": "Mode", "type": "string", "jsonPath": ".spec.mode"},
        {"name": "Accepted", "type": "string", "jsonPath": r#".status.conditions[?(@.type=="Accepted")].status"#},
        {"name": "Reason", "type": "string", "priority": 1,
         "jsonPath": r#".status.conditions[?(@.type=="Accepted")].message"#},
        {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
    ]);
    definition(KIND, "policies", "policy", &of_type(&SPEC), &columns)
}

/// The fields are those of `policy/v1beta1`; our reader is as strict as its API server was.
fn pod_security_policy() -> Value {
    let spec = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true,
        "description": "as in policy/v1beta1, which Kubernetes served up to 1.24"});
    let columns = json!([
        {"name": "Privileged", "type": "boolean", "jsonPath": ".spec.privileged"},
        {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
    ]);
    definition("PodSecurityPolicy", "podsecuritypolicies", "podsecuritypolicy", &spec, &columns)
}

/// What the audit found in a namespace. It has no wishes, so it has no `spec`.
fn audit_summary() -> Value {
    let mut properties = Map::new();
    for word in ["critical", "high", "medium", "low", "info", "waived"] {
        properties.insert(word.to_owned(), json!({"type": "integer", "minimum": 0}));
    }
    let check = json!({"type": "object", "required": ["id", "severity", "count"], "properties": {
        "id": {"type": "string"}, "severity": {"type": "string"}, "count": {"type": "integer", "minimum": 0}}});
    properties.insert("checks".to_owned(), json!({"type": "array", "items": check}));
    let summary = json!({"type": "object", "properties": properties});
    let column = |name: &str| {
        let path = format!(".summary.{}", name.to_lowercase());
        json!({"name": name, "type": "integer", "jsonPath": path})
    };
    let columns = Value::from(["Critical", "High", "Medium", "Low", "Info", "Waived"].map(column).to_vec());
    let mut definition = definition("AuditSummary", "auditsummaries", "auditsummary", &summary, &columns);
    definition["spec"]["scope"] = "Namespaced".into();
    let version = &mut definition["spec"]["versions"][0];
    let schema = &mut version["schema"]["openAPIV3Schema"];
    let summary = schema["properties"]["spec"].take();
    schema["required"] = json!(["summary"]);
    schema["properties"] = json!({"apiVersion": {"type": "string"}, "kind": {"type": "string"},
        "metadata": {"type": "object"}, "summary": summary});
    version["subresources"] = json!({});
    definition
}

fn definition(kind: &str, plural: &str, singular: &str, spec: &Value, columns: &Value) -> Value {
    let (group, version) = API_VERSION.split_once('/').unwrap_or((API_VERSION, "v1alpha1"));
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {
            "group": group,
            "scope": "Cluster",
            "names": {"kind": kind, "listKind": format!("{kind}List"), "plural": plural, "singular": singular,
                      "categories": ["cofferdam"]},
            "versions": [{
                "name": version, "served": true, "storage": true,
                "additionalPrinterColumns": columns,
                "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {
                    "type": "object",
                    "required": ["spec"],
                    "properties": {
                        "apiVersion": {"type": "string"},
                        "kind": {"type": "string"},
                        "metadata": {"type": "object"},
                        "spec": spec,
                        "status": status(),
                    },
                }},
            }],
        },
    })
}

/// One condition: whether the policy is in force as it is written.
fn status() -> Value {
    let text = || json!({"type": "string"});
    json!({
        "type": "object",
        "properties": {"conditions": {
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["type"],
            "items": {
                "type": "object",
                "required": ["type", "status", "lastTransitionTime", "reason", "message"],
                "properties": {
                    "type": text(),
                    "status": {"type": "string", "enum": ["True", "False", "Unknown"]},
                    "observedGeneration": {"type": "integer", "format": "int64"},
                    "lastTransitionTime": {"type": "string", "format": "date-time"},
                    "reason": text(),
                    "message": text(),
                },
            },
        }},
    })
}

fn of_type(kind: &Type) -> Value {
    let known = || kind.fields.iter().filter(|field| field.need != Need::Later);
    let properties: Map<String, Value> =
        known().map(|field| (field.name.to_owned(), of_field(field))).collect();
    let required: Vec<&str> = known().filter(|f| f.need == Need::Required).map(|f| f.name).collect();
    let mut schema =
        json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": properties});
    if let (false, Some(map)) = (required.is_empty(), schema.as_object_mut()) {
        map.insert("required".to_owned(), json!(required));
    }
    schema
}

fn of_field(field: &Field) -> Value {
    let mut schema = of_kind(&field.kind);
    if let Some(map) = schema.as_object_mut() {
        map.insert("description".to_owned(), json!(field.about));
    }
    schema
}

fn of_kind(kind: &Kind) -> Value {
    let anything = || json!({"x-kubernetes-preserve-unknown-fields": true});
    match kind {
        Kind::Text => json!({"type": "string", "minLength": 1}),
        Kind::Bool => json!({"type": "boolean"}),
        // As in our reader, a day is a text: `format` would have the server take more than one form of it.
        Kind::Day => json!({"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
        Kind::Version => json!({"type": "string", "pattern": r"^(latest|v?1\.(0|[1-9][0-9]*))$"}),
        Kind::Choice(words) => json!({"type": "string", "enum": words}),
        Kind::List(item) => json!({"type": "array", "items": of_kind(item)}),
        // `off` without quotes is false by the time it reaches the server.
        Kind::Checks => {
            let words: Vec<Value> =
                CHECK_MODES.iter().map(|word| json!(word)).chain([json!(false)]).collect();
            let mode = json!({"x-kubernetes-preserve-unknown-fields": true, "enum": words});
            json!({"type": "object", "additionalProperties": mode})
        }
        Kind::Labels => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        Kind::Struct(inner) => of_type(inner),
        // A structural schema has one type a field.
        Kind::WordOr(..) | Kind::Any => anything(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the API server asks of a structural schema (apiextensions-apiserver, `schema.ValidateStructural`).
    fn is_structural(schema: &Value, at: &str) {
        let map = schema.as_object().unwrap();
        let free = map.contains_key("x-kubernetes-preserve-unknown-fields");
        assert!(free || map.contains_key("type"), "{at} has no type");
        let both = map.contains_key("properties") && map.contains_key("additionalProperties");
        assert!(!both, "{at} has properties and additionalProperties");
        for word in ["const", "propertyNames", "$schema", "anyOf", "$ref"] {
            assert!(!map.contains_key(word), "{at} has {word}");
        }
        for (name, inner) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
            is_structural(inner, &format!("{at}.{name}"));
        }
        for word in ["items", "additionalProperties"] {
            map.get(word).into_iter().for_each(|inner| is_structural(inner, &format!("{at}.{word}")));
        }
    }

    #[test]
    fn an_api_server_takes_the_schemas() {
        let text = custom_resources();
        let definitions: Vec<Value> =
            text.split("---\n").skip(1).map(|text| serde_json::from_str(text).unwrap()).collect();
        let names: Vec<_> =
            definitions.iter().map(|each| each["metadata"]["name"].as_str().unwrap()).collect();
        assert_eq!(
            names,
            ["policies.cofferdam.dev", "podsecuritypolicies.cofferdam.dev", "auditsummaries.cofferdam.dev"]
        );
        for definition in &definitions {
            is_structural(&definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"], "");
        }
    }
}
