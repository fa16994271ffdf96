use serde_json::{Value, json};

use super::*;

/// Applies steps as RFC 6902 says: a second, simpler opinion.
fn apply(mut value: Value, patch: &Patch) -> Value {
    for step in patch.steps() {
        let (pointer, new) = match step {
            Step::Add(pointer, new) | Step::Replace(pointer, new) => (pointer, Some(new.clone())),
            Step::Remove(pointer) => (pointer, None),
        };
        let Some((parent, last)) = pointer.rsplit_once('/') else {
            value = new.unwrap();
            continue;
        };
        let last = last.replace("~1", "/").replace("~0", "~");
        match (value.pointer_mut(parent).unwrap(), new, step) {
            (Value::Object(map), Some(new), _) => drop(map.insert(last, new)),
            (Value::Object(map), None, _) => drop(map.remove(&last).unwrap()),
            (Value::Array(items), Some(new), Step::Add(..)) => items.insert(last.parse().unwrap(), new),
            (Value::Array(items), Some(new), _) => items[last.parse::<usize>().unwrap()] = new,
            (Value::Array(items), None, _) => drop(items.remove(last.parse().unwrap())),
            _ => panic!("{pointer} has no parent"),
        }
    }
    value
}

#[allow(clippy::needless_pass_by_value)] // so that a case reads as two values
fn steps(old: Value, new: Value) -> String {
    let patch = Patch::between(&old, &new);
    assert_eq!(apply(old, &patch), new);
    assert!(Patch::between(&new, &new).is_empty());
    patch.to_json()
}

#[test]
fn only_what_differs_is_said() {
    assert_eq!(steps(json!({"a": 1, "b": [1, 2]}), json!({"a": 1, "b": [1, 2]})), "[]");
    assert_eq!(
        steps(json!({"spec": {"a": 1}}), json!({"spec": {"a": 1, "b/c~": {"d": true}}})),
        r#"[{"op":"add","path":"/spec/b~1c~0","value":{"d":true}}]"#
    );
    assert_eq!(
        steps(json!({"a": {"x": 1}, "b": 2}), json!({"b": 3})),
        r#"[{"op":"remove","path":"/a"},{"op":"replace","path":"/b","value":3}]"#
    );
    assert_eq!(steps(json!(1), json!({"a": null})), r#"[{"op":"replace","path":"","value":{"a":null}}]"#);
}

#[test]
fn lists_change_at_their_ends_and_inside() {
    assert_eq!(steps(json!(["a", "b"]), json!(["a", "b", "c"])), r#"[{"op":"add","path":"/2","value":"c"}]"#);
    assert_eq!(steps(json!(["a", "b", "c"]), json!(["b", "c"])), r#"[{"op":"remove","path":"/0"}]"#);
    assert_eq!(
        steps(json!([{"n": "a"}, {"n": "b"}]), json!([{"n": "a", "x": 1}, {"n": "b"}])),
        r#"[{"op":"add","path":"/0/x","value":1}]"#
    );
    assert_eq!(steps(json!([1, 2, 3, 4]), json!([1, 4])).matches("remove").count(), 2);
}

#[test]
fn any_two_values_are_turned_into_each_other() {
    // A deterministic wander through small values: every pair of them.
    let mut values = vec![json!(null), json!(1), json!("x"), json!({}), json!([])];
    for depth in 0..2 {
        let known = values.clone();
        for (at, a) in known.iter().enumerate().skip(depth) {
            let b = &known[(at * 7 + 3) % known.len()];
            values.push(json!({"k": a, "~/": b}));
            values.push(json!([a, b, a]));
            values.push(json!([b, {"k": a}]));
        }
    }
    for a in &values {
        for b in &values {
            steps(a.clone(), b.clone());
        }
    }
}
