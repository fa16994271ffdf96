//! What patch does the value of an expression stand for?
//!
//! `policy/mutating/patch/{json_patch,smd}.go` and `cel/mutation`: conversions and their texts.

use serde_json::{Map, Number, Value as Json};

use super::json_patch::Operation;
use crate::cel::{self, List, Message, Value};

/// Above this a whole number does not survive as a double, and becomes text on its way through protobuf.
const SAFE: u64 = (1 << 53) - 1;

/// The operations of a list of `JSONPatch`.
pub(super) fn operations(value: Value<'_>) -> Result<Vec<Operation>, String> {
    let Value::List(list) = value else {
        return Err("type mismatch: JSONPatchType.expression should evaluate to array".to_owned());
    };
    list.iter().map(|item| operation(&item)).collect()
}

fn operation(value: &Value<'_>) -> Result<Operation, String> {
    let Value::Object(message) = value else {
        let got = value.type_name();
        return Err(format!(
            "type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch, got element of {got}"
        ));
    };
    let text = |field: &str| message.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let value = match message.get("value") {
        None => Json::Null,
        Some(value) => {
            if let Value::Object(object) = value {
                names_fit(object)?;
            }
            json(value, Numbers::AsProtobuf).map_err(|error| {
                format!(
                    "JSONPath valueExpression evaluated to a type that could not marshal to JSON: {error}"
                )
            })?
        }
    };
    Ok(Operation { op: text("op"), path: text("path"), from: text("from"), value })
}

/// The fields of an `Object`.
pub(super) fn configuration(value: Value<'_>) -> Result<Map<String, Json>, String> {
    let Value::Object(object) = value else {
        return Err(format!(
            "unsupported return type from ApplyConfiguration expression: {}",
            value.type_name()
        ));
    };
    names_fit(&object)?;
    fields(&object, Numbers::AsTheyAre).map_err(|error| format!("invalid return type: {error}"))
}

/// Whether every `Object.a.b` stands where its name says.
fn names_fit(object: &Message<'_>) -> Result<(), String> {
    let mut errors = Vec::new();
    let root = object.name.to_string();
    message_fits(object, &root, &mut errors);
    if errors.is_empty() { Ok(()) } else { Err(format!("type mismatch: {}", errors.join("\n"))) }
}

fn message_fits(object: &Message<'_>, path: &str, errors: &mut Vec<String>) {
    if *object.name != *path {
        errors.push(format!(
            "unexpected type name \"{}\", expected \"{path}\", which matches field name path from root Object type",
            object.name
        ));
    }
    for (name, value) in &object.fields {
        value_fits(value, &format!("{path}.{name}"), errors);
    }
}

fn value_fits(value: &Value<'_>, path: &str, errors: &mut Vec<String>) {
    match value {
        Value::Object(object) => message_fits(object, path, errors),
        Value::List(list) => list.iter().for_each(|item| value_fits(&item, path, errors)),
        Value::Map(map) => {
            for (_, value) in map.entries() {
                if let Ok(value) = value {
                    value_fits(&value, path, errors);
                }
            }
        }
        _ => {}
    }
}

/// The fields of an object; each by the rules of `dynamic.ObjectVal.ConvertToNative`.
fn fields(object: &Message<'_>, numbers: Numbers) -> Result<Map<String, Json>, String> {
    let field = |(name, value): &(_, Value<'_>)| {
        let name = std::sync::Arc::<str>::to_string(name);
        Ok((name, field_json(value, numbers)?))
    };
    object.fields.iter().map(field).collect()
}

/// A field of an object. Lists and maps that an expression wrote may hold values and objects, but no lists
/// and maps of their own: upstream does not unwrap those, and cannot write them as JSON.
fn field_json(value: &Value<'_>, numbers: Numbers) -> Result<Json, String> {
    let element = |value: &Value<'_>| match value {
        Value::List(List::Shared(_)) => Err("proto: invalid type: []ref.Val".to_owned()),
        Value::Map(cel::Map::Shared(_)) => Err("proto: invalid type: map[ref.Val]ref.Val".to_owned()),
        value => field_json(value, numbers),
    };
    match value {
        Value::List(list @ List::Shared(_)) => list.iter().map(|item| element(&item)).collect(),
        Value::Map(map @ cel::Map::Shared(_)) => entries(map, element),
        Value::Int(value) if numbers == Numbers::AsProtobuf && value.unsigned_abs() > SAFE => {
            #[allow(clippy::cast_precision_loss)] // as upstream
            let rounded = *value as f64;
            Ok(Number::from_f64(rounded).map_or(Json::Null, Json::Number))
        }
        value => json(value, numbers),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    AsTheyAre,
    AsProtobuf,
}

fn entries<'a>(
    map: &cel::Map<'a>,
    json: impl Fn(&Value<'a>) -> Result<Json, String>,
) -> Result<Json, String> {
    let mut written = Map::new();
    for (key, value) in map.entries() {
        let key =
            key.as_str().ok_or_else(|| format!("map key is of type {}, not string", key.type_name()))?;
        let value = value.map_err(|error| error.to_string())?;
        written.insert(key.to_owned(), json(&value)?);
    }
    Ok(Json::Object(written))
}

fn json(value: &Value<'_>, numbers: Numbers) -> Result<Json, String> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) if numbers == Numbers::AsProtobuf && value.unsigned_abs() > SAFE => {
            value.to_string().into()
        }
        Value::Int(value) => (*value).into(),
        Value::Uint(value) if numbers == Numbers::AsProtobuf && *value > SAFE => value.to_string().into(),
        Value::Uint(value) => (*value).into(),
        #[allow(clippy::cast_precision_loss)] // exact: 2^53 - 1
        Value::Double(value) if value.fract() == 0.0 && value.abs() <= SAFE as f64 => (*value as i64).into(),
        Value::Double(value) => {
            Json::Number(Number::from_f64(*value).ok_or_else(|| format!("{value} is no JSON number"))?)
        }
        Value::String(text) => (**text).into(),
        Value::List(list) => list.iter().map(|item| json(&item, numbers)).collect::<Result<_, _>>()?,
        Value::Map(map) => entries(map, |value| json(value, numbers))?,
        Value::Object(object) => Json::Object(fields(object, numbers)?),
        other => return Err(format!("no such conversion of {}", other.type_name())),
    })
}
