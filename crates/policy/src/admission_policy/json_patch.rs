//! What does a JSON patch make of an object?
//!
//! RFC 6902 as `gopkg.in/evanphx/json-patch.v4` reads it, which the API server uses: `replace` of a missing
//! key adds it, indices count from the end when negative. Texts are that library's.

use serde_json::Value;

/// One operation, its value computed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Operation {
    pub(crate) op: String,
    pub(crate) path: String,
    pub(crate) from: String,
    pub(crate) value: Value,
}

/// Why a patch was not applied.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unapplied {
    /// A `test` did not hold: the object stays as it is, which is no error.
    TestFailed,
    /// The text of the library.
    Error(String),
}

/// What copies may add up to, as the API server sets it; doubling by copies would have no end.
const COPIED_BYTES: usize = 3 * 1024 * 1024;
const MISSING: &str = "missing value";
/// Copies into copies grow deep before they grow large; nothing that lives in a cluster is this deep.
const DEEPEST: usize = 256;

/// Applies all operations or none.
pub(crate) fn apply(object: &Value, operations: &[Operation]) -> Result<Value, Unapplied> {
    let mut patched = object.clone();
    let mut copied = 0;
    for operation in operations {
        step(&mut patched, operation, &mut copied)?;
    }
    Ok(patched)
}

fn step(object: &mut Value, operation: &Operation, copied: &mut usize) -> Result<(), Unapplied> {
    let Operation { op, path, from, value } = operation;
    if matches!(op.as_str(), "add" | "replace") {
        shallow(path, value).map_err(Unapplied::Error)?;
    }
    let done = match op.as_str() {
        "add" => match parent(object, path) {
            None => Err(format!("add operation does not apply: doc is missing path: \"{path}\": {MISSING}")),
            Some((holder, key)) => {
                add(holder, &key, value.clone()).map_err(|e| format!("error in add for path: '{path}': {e}"))
            }
        },
        "remove" => match parent(object, path) {
            None => {
                Err(format!("remove operation does not apply: doc is missing path: \"{path}\": {MISSING}"))
            }
            Some((holder, key)) => {
                remove(holder, &key).map(drop).map_err(|e| format!("error in remove for path: '{path}': {e}"))
            }
        },
        "replace" => replace(object, path, value),
        "move" => relocate(object, path, from),
        "copy" => copy(object, path, from, copied),
        "test" => return test(object, path, value),
        other => Err(format!("Unexpected kind: {other}")),
    };
    done.map_err(Unapplied::Error)
}

fn replace(object: &mut Value, path: &str, value: &Value) -> Result<(), String> {
    if path.is_empty() {
        if !value.is_object() && !value.is_array() {
            return Err("replace operation value must be object or array: %!w(<nil>)".to_owned());
        }
        *object = value.clone();
        return Ok(());
    }
    let Some((holder, key)) = parent(object, path) else {
        return Err(format!("replace operation does not apply: doc is missing path: {path}: {MISSING}"));
    };
    match holder {
        Value::Object(map) => {
            map.insert(key, value.clone());
        }
        Value::Array(items) => {
            let slot = position(&key, items.len()).ok().and_then(|at| items.get_mut(at));
            let Some(slot) = slot else {
                return Err(format!(
                    "replace operation does not apply: doc is missing key: {path}: {MISSING}"
                ));
            };
            *slot = value.clone();
        }
        _ => {}
    }
    Ok(())
}

fn relocate(object: &mut Value, path: &str, from: &str) -> Result<(), String> {
    let Some((holder, key)) = parent(object, from) else {
        return Err(format!("move operation does not apply: doc is missing from path: {from}: {MISSING}"));
    };
    let value = remove(holder, &key).map_err(|e| format!("error in move for path: '{key}': {e}"))?;
    shallow(path, &value)?;
    let Some((holder, key)) = parent(object, path) else {
        return Err(format!(
            "move operation does not apply: doc is missing destination path: {path}: {MISSING}"
        ));
    };
    add(holder, &key, value).map_err(|e| format!("error in move for path: '{path}': {e}"))
}

fn copy(object: &mut Value, path: &str, from: &str, copied: &mut usize) -> Result<(), String> {
    let Some((holder, key)) = parent(object, from) else {
        return Err(format!("copy operation does not apply: doc is missing from path: {from}: {MISSING}"));
    };
    let value = get(holder, &key).map_err(|e| format!("error in copy for from: '{from}': {e}"))?;
    let value = value.cloned().unwrap_or_default();
    shallow(path, &value)?;
    let Some((holder, key)) = parent(object, path) else {
        return Err(format!(
            "copy operation does not apply: doc is missing destination path: {path}: {MISSING}"
        ));
    };
    *copied += value.to_string().len();
    if *copied > COPIED_BYTES {
        return Err(format!(
            "Unable to complete the copy, the accumulated size increase of copy is {copied}, exceeding the limit {COPIED_BYTES}"
        ));
    }
    add(holder, &key, value).map_err(|e| format!("error while adding value during copy: {e}"))
}

fn test(object: &mut Value, path: &str, value: &Value) -> Result<(), Unapplied> {
    let failed = if path.is_empty() {
        !equal(object, value)
    } else {
        let Some((holder, key)) = parent(object, path) else {
            let text = format!("test operation does not apply: is missing path: {path}: {MISSING}");
            return Err(Unapplied::Error(text));
        };
        let found = get(holder, &key)
            .map_err(|e| Unapplied::Error(format!("error in test for path: '{path}': {e}")))?;
        !equal(found.unwrap_or(&Value::Null), value)
    };
    if failed { Err(Unapplied::TestFailed) } else { Ok(()) }
}

/// Refuses a value that would reach too deep at its path.
fn shallow(path: &str, value: &Value) -> Result<(), String> {
    let at = path.bytes().filter(|b| *b == b'/').count();
    if at <= DEEPEST && depth(value) + at <= DEEPEST {
        return Ok(());
    }
    Err(format!("the object would be more than {DEEPEST} levels deep"))
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// Equal as JSON: `1` and `1.0` are one number.
pub(crate) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => a == b,
    }
}

/// What holds the value at a path, and its key there.
fn parent<'v>(object: &'v mut Value, path: &str) -> Option<(&'v mut Value, String)> {
    let (_, steps) = path.split_once('/')?;
    let (way, last) = steps.rsplit_once('/').map_or((None, steps), |(way, last)| (Some(way), last));
    let mut here = object;
    for step in way.into_iter().flat_map(|way| way.split('/')) {
        let step = decode(step);
        here = match here {
            Value::Object(map) => map.get_mut(&step)?,
            Value::Array(items) => {
                let at = position(&step, items.len()).ok()?;
                items.get_mut(at)?
            }
            _ => return None,
        };
    }
    (here.is_object() || here.is_array()).then(|| (here, decode(last)))
}

fn decode(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

fn get<'v>(holder: &'v Value, key: &str) -> Result<Option<&'v Value>, String> {
    match holder {
        Value::Array(items) => Ok(items.get(position(key, items.len())?)),
        other => Ok(other.get(key)),
    }
}

fn add(holder: &mut Value, key: &str, value: Value) -> Result<(), String> {
    match holder {
        Value::Array(items) if key == "-" => items.push(value),
        Value::Array(items) => {
            let index: i64 = key
                .parse()
                .map_err(|_| format!("value was not a proper array index: '{key}': {}", not_a_number(key)))?;
            let at = from_either_end(index, items.len() + 1).filter(|at| *at <= items.len());
            items.insert(at.ok_or_else(|| no_index(index))?, value);
        }
        Value::Object(map) => {
            map.insert(key.to_owned(), value);
        }
        _ => {}
    }
    Ok(())
}

fn remove(holder: &mut Value, key: &str) -> Result<Value, String> {
    match holder {
        Value::Array(items) => {
            let at = position(key, items.len())?;
            Ok(items.remove(at))
        }
        Value::Object(map) => {
            map.remove(key).ok_or_else(|| format!("Unable to remove nonexistent key: {key}: {MISSING}"))
        }
        _ => Ok(Value::Null),
    }
}

/// The place of an item; negative indices count from the end.
fn position(key: &str, len: usize) -> Result<usize, String> {
    let index: i64 = key.parse().map_err(|_| not_a_number(key))?;
    from_either_end(index, len).filter(|at| *at < len).ok_or_else(|| no_index(index))
}

/// Negative indices count from the end.
fn from_either_end(index: i64, len: usize) -> Option<usize> {
    let distance = usize::try_from(index.unsigned_abs()).ok()?;
    if index < 0 { len.checked_sub(distance) } else { Some(distance) }
}

fn not_a_number(key: &str) -> String {
    format!("strconv.Atoi: parsing \"{key}\": invalid syntax")
}

fn no_index(index: i64) -> String {
    format!("Unable to access invalid index: {index}: invalid index detected")
}

#[cfg(test)]
mod tests {
    use super::{Operation, Unapplied, apply};

    /// The object after the patch, or what is said of it.
    fn after(object: &str, patch: &str) -> String {
        let operations: Vec<serde_json::Value> = serde_json::from_str(patch).unwrap();
        let text = |value: &serde_json::Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let operations: Vec<Operation> = operations
            .iter()
            .map(|o| Operation {
                op: text(o, "op"),
                path: text(o, "path"),
                from: text(o, "from"),
                value: o["value"].clone(),
            })
            .collect();
        match apply(&serde_json::from_str(object).unwrap(), &operations) {
            Ok(object) => object.to_string(),
            Err(Unapplied::TestFailed) => "test failed".to_owned(),
            Err(Unapplied::Error(text)) => text,
        }
    }

    #[test]
    fn operations_do_what_the_servers_library_does() {
        for (object, patch, expected) in [
            (r#"{"a":{}}"#, r#"[{"op":"add","path":"/a/b~1c","value":1}]"#, r#"{"a":{"b/c":1}}"#),
            (
                r#"{"a":[1,3]}"#,
                r#"[{"op":"add","path":"/a/1","value":2},{"op":"add","path":"/a/-","value":4}]"#,
                r#"{"a":[1,2,3,4]}"#,
            ),
            (r#"{"a":[1,2]}"#, r#"[{"op":"add","path":"/a/-1","value":3}]"#, r#"{"a":[1,2,3]}"#),
            ("{}", r#"[{"op":"replace","path":"/a","value":1}]"#, r#"{"a":1}"#),
            (r#"{"a":[1,2]}"#, r#"[{"op":"remove","path":"/a/-1"}]"#, r#"{"a":[1]}"#),
            (r#"{"a":1}"#, r#"[{"op":"move","from":"/a","path":"/b"}]"#, r#"{"b":1}"#),
            (r#"{"a":1}"#, r#"[{"op":"copy","from":"/a","path":"/b"}]"#, r#"{"a":1,"b":1}"#),
            (r#"{"a":1}"#, r#"[{"op":"test","path":"/a","value":1.0},{"op":"remove","path":"/a"}]"#, "{}"),
            (
                r#"{"a":1}"#,
                r#"[{"op":"test","path":"/a","value":2},{"op":"remove","path":"/a"}]"#,
                "test failed",
            ),
            (
                "{}",
                r#"[{"op":"add","path":"/a/b","value":1}]"#,
                r#"add operation does not apply: doc is missing path: "/a/b": missing value"#,
            ),
            (
                "{}",
                r#"[{"op":"remove","path":"/a"}]"#,
                "error in remove for path: '/a': Unable to remove nonexistent key: a: missing value",
            ),
            (
                r#"{"a":[]}"#,
                r#"[{"op":"add","path":"/a/7","value":1}]"#,
                "error in add for path: '/a/7': Unable to access invalid index: 7: invalid index detected",
            ),
            (
                r#"{"a":[]}"#,
                r#"[{"op":"add","path":"/a/x","value":1}]"#,
                r#"error in add for path: '/a/x': value was not a proper array index: 'x': strconv.Atoi: parsing "x": invalid syntax"#,
            ),
            ("{}", r#"[{"op":"turn","path":"/a"}]"#, "Unexpected kind: turn"),
        ] {
            assert_eq!(after(object, patch), expected, "{patch}");
        }
    }

    #[test]
    fn copies_that_double_are_stopped() {
        let copy = r#"{"op":"copy","from":"/a","path":"/a/-"},"#.repeat(60);
        let patch = format!("[{}]", copy.trim_end_matches(','));
        assert!(after(r#"{"a":["x"]}"#, &patch).starts_with("Unable to complete the copy"));
        let way = "/a".repeat(200);
        let deeper = format!(r#"[{{"op":"add","path":"{way}","value":{{"a":{{}}}}}}]"#);
        let nested = format!("{}{{}}{}", r#"{"a":"#.repeat(100), "}".repeat(100));
        let twice = format!("[{}]", [r#"{"op":"copy","from":"/a","path":"/a/a/b"}"#; 2].join(","));
        assert!(after(&nested, &twice).contains('b'));
        assert!(after("{}", &deeper.replace("{}", &nested)).ends_with("levels deep"));
    }
}
