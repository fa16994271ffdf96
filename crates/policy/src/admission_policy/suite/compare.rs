//! What of an answer is not as expected?

use serde_json::{Map, Value};

use super::super::Decision;
use super::super::json_patch::equal;
use super::{Case, Difference};

const TOO_DEAR: &str = "the expression costs more than the API server grants: walk each list once, and look at its \
                        size before its items";

/// Words of the API server that name what is wrong and not what to do.
const WAYS_OUT: [(&str, &str); 6] = [
    (
        "may not mutate atomic arrays, maps or structs",
        "an apply configuration may not hold lists that are replaced whole (`args`, `command`, …): set them with \
         `patchType: JSONPatch`",
    ),
    (
        "resulted in error: no such key",
        "the object, the parameters or the request have no such field: mend its name, or ask with `has(…)`, or \
         with `.?` and `.orValue(…)`, where it may be missing; `params` are empty where the binding has no \
         `paramRef`",
    ),
    (
        "no params found for policy binding",
        "no document here has the kind of `paramKind` with the name and namespace of the binding's `paramRef`: \
         mend one of them, or write the parameter beside the policy",
    ),
    (
        "failed to find resource referenced by paramKind",
        "no document here is of this kind: mend `paramKind`, or put a parameter or its CustomResourceDefinition \
         beside the policy",
    ),
    ("actual cost limit exceeded", TOO_DEAR),
    ("running out of cost budget", TOO_DEAR),
];

pub(super) fn differences(case: &Case, decision: &Decision) -> Vec<Difference> {
    let expect = &case.expect;
    let denied = decision.denied.as_ref();
    let mut found = Vec::new();
    let word = |allowed: bool| if allowed { "allowed" } else { "denied" };
    if decision.is_allowed() != expect.allowed {
        let why = denied.map(|status| format!(": {}", status.message)).unwrap_or_default();
        found.push(difference(
            "decision",
            word(expect.allowed),
            &format!("{}{why}", word(decision.is_allowed())),
        ));
        return found;
    }
    let mut text = |what: &str, expected: Option<&String>, got: String| {
        if let Some(expected) = expected.filter(|expected| **expected != got) {
            found.push(difference(what, expected, &got));
        }
    };
    text("message", expect.message.as_ref(), denied.map(|s| s.message.clone()).unwrap_or_default());
    text("reason", expect.reason.as_ref(), denied.map(|s| s.reason.clone()).unwrap_or_default());
    let code = expect.code.map(|code| code.to_string());
    text("code", code.as_ref(), denied.map(|s| s.code.to_string()).unwrap_or_default());
    if let Some(warnings) = expect.warnings.as_ref().filter(|warnings| **warnings != decision.warnings) {
        found.push(difference("warnings", &lines(warnings), &lines(&decision.warnings)));
    }
    if let Some(annotations) = &expect.audit_annotations {
        let got: Map<String, Value> = decision
            .audit_annotations
            .iter()
            .map(|(key, value)| (key.clone(), value.as_str().into()))
            .collect();
        maps("auditAnnotations", annotations, &got, &mut found);
    }
    if let Some(changes) = &expect.changes {
        maps(
            "changes",
            changes,
            &changed(case.request.object.as_ref(), decision.object.as_ref()),
            &mut found,
        );
    }
    found
}

fn difference(what: &str, expected: &str, got: &str) -> Difference {
    let help = WAYS_OUT.iter().find(|(said, _)| got.contains(said) && !expected.contains(said));
    Difference {
        what: what.to_owned(),
        expected: expected.to_owned(),
        got: got.to_owned(),
        help: help.map(|(_, way)| *way),
    }
}

fn lines(texts: &[String]) -> String {
    if texts.is_empty() { "none".to_owned() } else { texts.join("\n") }
}

fn maps(what: &str, expected: &Map<String, Value>, got: &Map<String, Value>, found: &mut Vec<Difference>) {
    let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), ToString::to_string);
    let keys: std::collections::BTreeSet<&String> = expected.keys().chain(got.keys()).collect();
    for key in keys {
        let (wanted, have) = (expected.get(key), got.get(key));
        let same = match (wanted, have) {
            (Some(wanted), Some(have)) => equal(wanted, have),
            _ => false,
        };
        if !same {
            found.push(difference(&format!("{what} {key}"), &shown(wanted), &shown(have)));
        }
    }
}

/// Every field that differs: its path, and its value after (`null` where it is gone).
fn changed(before: Option<&Value>, after: Option<&Value>) -> Map<String, Value> {
    let mut found = Map::new();
    if let (Some(before), Some(after)) = (before, after) {
        walk(before, after, "", &mut found);
    }
    found
}

fn walk(before: &Value, after: &Value, path: &str, found: &mut Map<String, Value>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for key in keys {
                let plain = !key.is_empty()
                    && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
                let path = match (plain, path.is_empty()) {
                    (true, true) => key.clone(),
                    (true, false) => format!("{path}.{key}"),
                    (false, _) => format!("{path}[{key}]"),
                };
                match (old.get(key), new.get(key)) {
                    (Some(old), Some(new)) => walk(old, new, &path, found),
                    (_, new) => {
                        found.insert(path, new.cloned().unwrap_or_default());
                    }
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                walk(old, new, &format!("{path}[{index}]"), found);
            }
        }
        (old, new) if equal(old, new) => {}
        (_, new) => {
            found.insert(path.to_owned(), new.clone());
        }
    }
}
