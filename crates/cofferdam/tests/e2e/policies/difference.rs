//! What did policies change, whatever else the server filled in?

use std::collections::BTreeMap;

use serde_json::Value;

/// Set anew with every request.
const VOLATILE: [&str; 5] = [
    "metadata.creationTimestamp",
    "metadata.uid",
    "metadata.managedFields",
    "metadata.resourceVersion",
    "metadata.generation",
];

/// The fields that differ, each with its value after, as one text.
pub(super) fn changes(before: &Value, after: &Value) -> String {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    flatten(before, String::new(), &mut old);
    flatten(after, String::new(), &mut new);
    let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differ = keys.into_iter().filter(|key| old.get(*key) != new.get(*key));
    let kept = differ.filter(|key| !VOLATILE.iter().any(|path| key.starts_with(path)));
    kept.map(|key| format!("{key}: {}", new.get(key).map_or("gone".to_owned(), ToString::to_string)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Every leaf by its path; what is empty is a leaf.
fn flatten<'v>(value: &'v Value, path: String, found: &mut BTreeMap<String, &'v Value>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(key, value)| flatten(value, below(key), found));
        }
        Value::Array(list) if !list.is_empty() => {
            list.iter().enumerate().for_each(|(at, value)| flatten(value, below(&at.to_string()), found));
        }
        _ => {
            found.insert(path, value);
        }
    }
}
