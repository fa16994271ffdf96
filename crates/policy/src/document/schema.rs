//! How does the table look as a JSON Schema? For editors, and for the custom resource of the cluster.

use serde_json::{Map, Value, json};

use super::fields::{CHECK_MODES, Field, Kind, Need, SPEC, Type};
use super::{API_VERSION, KIND};

/// The schema of the whole document; `check_ids` are the keys that `checks` may have.
pub fn json_schema(check_ids: &[&str]) -> Value {
    let keys: Vec<&str> = std::iter::once("*").chain(check_ids.iter().copied()).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("{KIND} of {API_VERSION}"),
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": false,
        "properties": {
            "apiVersion": {"const": API_VERSION},
            "kind": {"const": KIND},
            "metadata": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string", "minLength": 1}},
            },
            "spec": of_type(&SPEC, &keys),
            "status": {"type": "object"},
        },
    })
}

fn of_type(kind: &Type, ids: &[&str]) -> Value {
    let known = || kind.fields.iter().filter(|field| field.need != Need::Later);
    let properties: Map<String, Value> =
        known().map(|field| (field.name.to_owned(), of_field(field, ids))).collect();
    let required: Vec<&str> = known().filter(|f| f.need == Need::Required).map(|f| f.name).collect();
    let mut schema = json!({"type": "object", "additionalProperties": false, "properties": properties});
    if let (false, Some(map)) = (required.is_empty(), schema.as_object_mut()) {
        map.insert("required".to_owned(), json!(required));
    }
    schema
}

fn of_field(field: &Field, ids: &[&str]) -> Value {
    let mut schema = of_kind(&field.kind, ids);
    if let Some(map) = schema.as_object_mut() {
        map.insert("description".to_owned(), json!(field.about));
    }
    schema
}

fn of_kind(kind: &Kind, ids: &[&str]) -> Value {
    match kind {
        Kind::Text => json!({"type": "string", "minLength": 1}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Day => json!({"type": "string", "format": "date"}),
        Kind::Version => json!({"type": "string", "pattern": r"^(latest|v?1\.(0|[1-9][0-9]*))$"}),
        Kind::Choice(words) => json!({"type": "string", "enum": words}),
        Kind::List(item) => json!({"type": "array", "items": of_kind(item, ids)}),
        // `off` without quotes is false by the time JSON is made of it.
        Kind::Checks => {
            let mode = json!({"enum": CHECK_MODES.iter().map(|word| json!(word)).chain([json!(false)]).collect::<Vec<_>>()});
            json!({"type": "object", "propertyNames": {"enum": ids}, "additionalProperties": mode})
        }
        Kind::Labels => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        Kind::Struct(inner) => of_type(inner, ids),
        Kind::WordOr(word, inner) => json!({"anyOf": [{"const": word}, of_type(inner, ids)]}),
        Kind::Any => json!({}),
    }
}
