//! What a mutation changed about the object as the server holds it, done to the object as it was written.

use serde_json::{Map, Value};

/// `written` with all that differs between `served` and `after`: what the server only filled in stays out.
pub fn rebased(written: &Value, served: &Value, after: &Value) -> Value {
    if served == after {
        return written.clone();
    }
    match (written, served, after) {
        (Value::Object(written), Value::Object(served), Value::Object(after)) => {
            Value::Object(map(written, served, after))
        }
        (Value::Array(written), Value::Array(served), Value::Array(after))
            if written.len() == served.len() =>
        {
            Value::Array(list(written, served, after))
        }
        _ => after.clone(),
    }
}

fn map(
    written: &Map<String, Value>,
    served: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Map<String, Value> {
    let mut new = written.clone();
    new.retain(|key, _| after.contains_key(key) || !served.contains_key(key));
    for (key, value) in after.iter().filter(|(key, value)| served.get(*key) != Some(value)) {
        let value = match (written.get(key), served.get(key)) {
            (Some(written), Some(served)) => rebased(written, served, value),
            _ => value.clone(),
        };
        new.insert(key.clone(), value);
    }
    new
}

/// Items at both ends that are the same stay as they are written; those between go together in their order.
fn list(written: &[Value], served: &[Value], after: &[Value]) -> Vec<Value> {
    let head = served.iter().zip(after).take_while(|(a, b)| a == b).count();
    let rest = served.len().min(after.len()) - head;
    let tail = served.iter().rev().zip(after.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let middle = |items: &[Value]| items.get(head..items.len() - tail).unwrap_or_default().to_vec();
    let (old, old_served, new) = (middle(written), middle(served), middle(after));
    let mut items = written.get(..head).unwrap_or_default().to_vec();
    for (at, value) in new.iter().enumerate() {
        items.push(match (old.get(at), old_served.get(at)) {
            (Some(written), Some(served)) => rebased(written, served, value),
            _ => value.clone(),
        });
    }
    items.extend(written.get(written.len() - tail..).unwrap_or_default().iter().cloned());
    items
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::rebased;

    #[test]
    fn what_the_server_only_filled_in_stays_out() {
        let written = json!({"spec": {"list": [{"name": "a"}, {"name": "b", "x": "1000m"}]}});
        let served =
            json!({"spec": {"p": 1, "list": [{"name": "a", "d": 1}, {"name": "b", "d": 1, "x": "1"}]}});
        assert_eq!(rebased(&written, &served, &served), written);
        let after =
            json!({"spec": {"p": 2, "list": [{"name": "a", "d": 1}, {"name": "b", "d": 2, "x": "1"}]}});
        let expected =
            json!({"spec": {"p": 2, "list": [{"name": "a"}, {"name": "b", "d": 2, "x": "1000m"}]}});
        assert_eq!(rebased(&written, &served, &after), expected);
        let after = json!({"spec": {"p": 1, "list": [{"name": "n"}, {"name": "a", "d": 1}, {"name": "b", "d": 1, "x": "1"}]}});
        let expected = json!({"spec": {"list": [{"name": "n"}, {"name": "a"}, {"name": "b", "x": "1000m"}]}});
        assert_eq!(rebased(&written, &served, &after), expected);
        assert_eq!(rebased(&written, &served, &json!({"spec": {"p": 1}})), json!({"spec": {}}));
    }
}
