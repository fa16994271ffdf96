//! What becomes of an object when an apply configuration is laid over it?
//!
//! The merge of `sigs.k8s.io/structured-merge-diff/v6`: maps and structs by field, lists by key or value,
//! what is atomic as a whole; and the admission policies' own rule that a configuration may not hold
//! anything atomic. Texts are upstream's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Granularity, How, Shape, kind, named};

/// The live object with the configuration laid over it, or the server's text.
pub(crate) fn apply(
    live: &Value,
    patch: &Value,
    api_version: &str,
    kind_name: &str,
) -> Result<Value, String> {
    // A kind without a schema: structs merge, lists are replaced, which a configuration may not do.
    let shape = kind(api_version, kind_name).unwrap_or(Shape::Any);
    let deduced = shape == Shape::Any;
    let mut errors = Vec::new();
    if !deduced {
        check(patch, &shape, "", &mut errors);
    }
    joined(&errors).map_err(|text| format!("failed to convert patch object to typed object: {text}"))?;
    let mut atomics = Vec::new();
    if deduced {
        deduced_atomics(patch, "", &mut atomics);
    } else {
        find_atomics(patch, &shape, "", &mut atomics);
    }
    if !atomics.is_empty() {
        let list = atomics.join(", ");
        return Err(format!(
            "invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: {list}"
        ));
    }
    if deduced {
        return Ok(merge_deduced(live, patch));
    }
    let mut errors = Vec::new();
    let merged = merge(&shape, Some(live), Some(patch), "", &mut errors);
    joined(&errors).map_err(|text| format!("failed to merge patch: {text}"))?;
    Ok(merged.unwrap_or_else(|| Value::Object(Map::new())))
}

fn joined(errors: &[String]) -> Result<(), String> {
    match errors {
        [] => Ok(()),
        [one] => Err(one.clone()),
        many => Err(std::iter::once("errors:".to_owned())
            .chain(many.iter().map(|error| format!("  {error}")))
            .collect::<Vec<_>>()
            .join("\n")),
    }
}

fn located(path: &str, message: &str) -> String {
    if path.is_empty() { message.to_owned() } else { format!("{path}: {message}") }
}

/// The shape behind a name.
fn resolved(shape: &Shape) -> (&Shape, Option<&'static super::Type>) {
    match shape {
        Shape::Named(name) => match named(name) {
            Some(kind) => match &kind.shape {
                Shape::Named(_) => resolved(&kind.shape),
                inner => (inner, Some(kind)),
            },
            None => (&Shape::Any, None),
        },
        other => (other, None),
    }
}

/// Whether the value fits its shape.
fn check(value: &Value, shape: &Shape, path: &str, errors: &mut Vec<String>) {
    if value.is_null() {
        return;
    }
    let (shape, kind) = resolved(shape);
    let expected = |what: &str| located(path, &format!("expected {what}, got &{{{}}}", go_text(value)));
    match shape {
        Shape::String if !value.is_string() => {
            let got = format!("&value.valueUnstructured{{Value:{}}}", go_syntax(value));
            errors.push(located(path, &format!("expected string, got {got}")));
        }
        Shape::Numeric(_) if !value.is_number() => {
            errors.push(located(path, &format!("expected numeric (int or float), got {}", go_type(value))));
        }
        Shape::Boolean if !value.is_boolean() => errors.push(expected("boolean")),
        Shape::Untyped if value.is_array() || value.is_object() => errors.push(expected("any scalar")),
        Shape::List(how, item) => match value {
            Value::Array(items) => check_items(items, how, item, path, errors),
            _ => errors.push(expected("list")),
        },
        Shape::Map(_, item) => match value {
            Value::Object(map) => {
                for (key, value) in map {
                    check(value, item, &format!("{path}.{key}"), errors);
                }
            }
            _ => errors.push(expected("map")),
        },
        Shape::Struct(_) => match value {
            Value::Object(map) => {
                for (key, value) in map {
                    let path = format!("{path}.{key}");
                    let Some(field) = kind.and_then(|kind| kind.field(key)) else {
                        errors.push(located(&path, "field not declared in schema"));
                        return;
                    };
                    check(value, &field.shape, &path, errors);
                }
            }
            _ => errors.push(expected("map")),
        },
        _ => {}
    }
}

fn check_items(items: &[Value], how: &How, item: &Shape, path: &str, errors: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for (index, value) in items.iter().enumerate() {
        let element = match element(value, how, item, index) {
            Ok(element) => element,
            Err(message) => {
                errors.push(located(path, &format!("element {index}: {message}")));
                return;
            }
        };
        if *how != How::Atomic && !seen.insert(element.clone()) {
            errors.push(located(path, &format!("duplicate entries for key {element}")));
        }
        check(value, item, &format!("{path}{element}"), errors);
    }
}

/// What sets an item of a list apart from the others, as upstream writes it in a path.
fn element(value: &Value, how: &How, item: &Shape, index: usize) -> Result<String, String> {
    match (how, value) {
        (How::Atomic, _) => Ok(format!("[{index}]")),
        (How::Set, Value::Object(_)) => {
            Err("associative list without keys has an element that's a map type".into())
        }
        (How::Set, Value::Array(_)) => Err("not supported: associative list with lists as elements".into()),
        (How::Set, Value::Null) => {
            Err("associative list without keys has an element that's an explicit null".into())
        }
        (How::Set, value) => Ok(format!("[={value}]")),
        (How::Keys(_), Value::Null) => Err("associative list with keys may not have a null element".into()),
        (How::Keys(keys), Value::Object(map)) => {
            let (_, kind) = resolved(item);
            let mut have: Vec<(&str, &Value)> = Vec::new();
            for key in keys {
                let default =
                    || kind.and_then(|kind| kind.field(key)).and_then(|field| field.key_default.as_ref());
                have.extend(map.get(*key).or_else(default).map(|value| (*key, value)));
            }
            if have.is_empty() {
                let names: Vec<String> = keys.iter().map(|key| format!("{key:?}")).collect();
                return Err(format!(
                    "associative list with keys has an element that omits all key fields [{}] (and doesn't have default values for any key fields)",
                    names.join(" ")
                ));
            }
            have.sort_by_key(|(key, _)| *key);
            let pairs: Vec<String> = have.iter().map(|(key, value)| format!("{key}={value}")).collect();
            Ok(format!("[{}]", pairs.join(",")))
        }
        (How::Keys(_), _) => Err("associative list with keys may not have non-map elements".into()),
    }
}

fn find_atomics(value: &Value, shape: &Shape, path: &str, found: &mut Vec<String>) {
    let (shape, kind) = resolved(shape);
    match (shape, value) {
        (Shape::Any, Value::Object(_) | Value::Array(_))
        | (Shape::Map(Granularity::Atomic, _), Value::Object(_)) => {
            found.push(path.to_owned());
        }
        (Shape::Struct(granularity), Value::Object(map)) => {
            if *granularity == Granularity::Atomic {
                found.push(path.to_owned());
            }
            for (key, value) in map {
                if let Some(field) = kind.and_then(|kind| kind.field(key)) {
                    find_atomics(value, &field.shape, &format!("{path}.{key}"), found);
                }
            }
        }
        (Shape::List(how, item), Value::Array(items)) => {
            if *how == How::Atomic {
                found.push(path.to_owned());
            }
            for (index, value) in items.iter().enumerate() {
                find_atomics(value, item, &format!("{path}[{index}]"), found);
            }
        }
        _ => {}
    }
}

fn deduced_atomics(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(_) => found.push(path.to_owned()),
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| deduced_atomics(value, &format!("{path}.{key}"), found));
        }
        _ => {}
    }
}

fn merge_deduced(live: &Value, patch: &Value) -> Value {
    match (live, patch) {
        (Value::Object(live), Value::Object(patch)) => {
            let mut merged = live.clone();
            for (key, value) in patch {
                let value = live.get(key).map_or_else(|| value.clone(), |live| merge_deduced(live, value));
                merged.insert(key.clone(), value);
            }
            Value::Object(merged)
        }
        _ => patch.clone(),
    }
}

fn merge(
    shape: &Shape,
    live: Option<&Value>,
    patch: Option<&Value>,
    place: &str,
    errors: &mut Vec<String>,
) -> Option<Value> {
    let leaf = || patch.or(live).cloned();
    let (shape, kind) = resolved(shape);
    let (item, how) = match shape {
        Shape::Struct(Granularity::Granular) => (None, None),
        Shape::Map(Granularity::Granular, item) => (Some(item.as_ref()), None),
        Shape::List(how, item) if *how != How::Atomic => (Some(item.as_ref()), Some(how)),
        _ => return leaf(),
    };
    if let Some((how, item)) = how.zip(item) {
        let (live, patch) = (live.and_then(Value::as_array), patch.and_then(Value::as_array));
        if live.is_none_or(Vec::is_empty) && patch.is_none_or(Vec::is_empty) {
            return leaf();
        }
        return merge_lists(how, item, live.map_or(&[], |l| l), patch.map_or(&[], |p| p), place, errors);
    }
    let (live, patch) = (live.and_then(Value::as_object), patch.and_then(Value::as_object));
    if live.is_none_or(Map::is_empty) && patch.is_none_or(Map::is_empty) {
        return leaf();
    }
    let keys: BTreeSet<&String> = live.into_iter().chain(patch).flat_map(Map::keys).collect();
    let mut merged = Map::new();
    for key in keys {
        let field = kind.and_then(|kind| kind.field(key)).map(|field| &field.shape);
        let shape = item.or(field).unwrap_or(&Shape::Any);
        let (live, patch) = (live.and_then(|map| map.get(key)), patch.and_then(|map| map.get(key)));
        let value = merge(shape, live, patch, &format!("{place}.{key}"), errors);
        merged.extend(value.map(|value| (key.clone(), value)));
    }
    Some(merged).filter(|merged| !merged.is_empty()).map(Value::Object)
}

/// Items in the order of both lists: shared items in the order of the patch, the others near their neighbours.
fn merge_lists(
    how: &How,
    item: &Shape,
    live: &[Value],
    patch: &[Value],
    place: &str,
    errors: &mut Vec<String>,
) -> Option<Value> {
    let before = errors.len();
    let right = index(patch, how, item, place, errors);
    let (left_elements, left) = index(live, how, item, place, &mut Vec::new());
    let (right_elements, right) = right;
    let mut seen = BTreeSet::new();
    for element in &right_elements {
        if !seen.insert(element) {
            errors.push(located(place, &format!("duplicate entries for key {element}")));
        }
    }
    if errors.len() > before {
        return None;
    }
    let mut shared = right_elements.iter().filter(|element| left.contains_key(*element));
    let mut next_shared = shared.next();
    let mut done = BTreeSet::new();
    let mut merged = Vec::new();
    let (mut l, mut r) = (0, 0);
    let mut join = |element: &String, live: Option<&Value>, patch: Option<&Value>| {
        merged.extend(merge(item, live, patch, &format!("{place}{element}"), errors));
    };
    while l < left_elements.len() || r < right_elements.len() {
        let (on_left, on_right) = (left_elements.get(l), right_elements.get(r));
        if let (Some(a), Some(b)) = (on_left, on_right) {
            if a == b {
                done.insert(a);
                join(a, left.get(a).copied(), right.get(a).copied());
                (l, r) = (l + 1, r + 1);
                next_shared = shared.next();
                continue;
            }
            if right.contains_key(a) && next_shared.is_some_and(|next| next != a) {
                l += 1;
                continue;
            }
        }
        if let Some(a) = on_left {
            if !right.contains_key(a) {
                join(a, live.get(l), None);
                l += 1;
                continue;
            }
            if done.contains(a) {
                l += 1;
            }
        }
        if let Some(b) = on_right {
            done.insert(b);
            join(b, left.get(b).copied(), right.get(b).copied());
            r += 1;
            if next_shared == Some(b) {
                next_shared = shared.next();
            }
        }
    }
    Some(merged).filter(|merged| !merged.is_empty()).map(Value::Array)
}

/// The elements of a list in order, and their values; one that occurs twice has none, so nothing merges with it.
fn index<'v>(
    list: &'v [Value],
    how: &How,
    item: &Shape,
    path: &str,
    errors: &mut Vec<String>,
) -> (Vec<String>, BTreeMap<String, &'v Value>) {
    let mut elements = Vec::new();
    let mut values: BTreeMap<String, &Value> = BTreeMap::new();
    for (position, value) in list.iter().enumerate() {
        match element(value, how, item, position) {
            Ok(element) => {
                values.entry(element.clone()).and_modify(|value| *value = &Value::Null).or_insert(value);
                elements.push(element);
            }
            Err(message) => errors.push(located(path, &format!("element {position}: {message}"))),
        }
    }
    (elements, values)
}

/// A value as Go's `%#v` writes it.
fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(go_syntax).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| format!("{key:?}:{}", go_syntax(value));
            format!("map[string]interface {{}}{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        value => value.to_string(),
    }
}

/// A value as Go's `%v` writes it.
fn go_text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(go_text).collect::<Vec<_>>().join(" ")),
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| format!("{key}:{}", go_text(value));
            format!("map[{}]", map.iter().map(entry).collect::<Vec<_>>().join(" "))
        }
        value => value.to_string(),
    }
}

fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

#[cfg(test)]
mod tests;
