//! Which steps turn one JSON value into another? RFC 6902, no more of them than needed.
//!
//! Keys in their order, items of lists by their index after what is cut off at both ends. Between equal
//! values there is no step, which is what makes a mutation that is repeated harmless.

use serde_json::{Map, Value, json};

/// Steps in the order in which they are applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Puts a value where none is, or before the item of a list.
    Add(String, Value),
    /// Puts another value in the place.
    Replace(String, Value),
    /// Takes the value away.
    Remove(String),
}

impl Patch {
    /// The steps from one value to the other.
    pub fn between(old: &Value, new: &Value) -> Self {
        let mut patch = Self::default();
        patch.value(&mut String::new(), old, new);
        patch
    }

    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The patch as it travels.
    pub fn to_json(&self) -> String {
        let steps: Vec<Value> = self.steps.iter().map(Step::to_json).collect();
        Value::Array(steps).to_string()
    }

    fn value(&mut self, path: &mut String, old: &Value, new: &Value) {
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => self.object(path, old, new),
            (Value::Array(old), Value::Array(new)) => self.array(path, old, new),
            (old, new) if old == new => {}
            (_, new) => self.steps.push(Step::Replace(path.clone(), new.clone())),
        }
    }

    fn object(&mut self, path: &mut String, old: &Map<String, Value>, new: &Map<String, Value>) {
        for (key, value) in old {
            let length = push(path, key);
            match new.get(key) {
                Some(other) => self.value(path, value, other),
                None => self.steps.push(Step::Remove(path.clone())),
            }
            path.truncate(length);
        }
        for (key, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
            let length = push(path, key);
            self.steps.push(Step::Add(path.clone(), value.clone()));
            path.truncate(length);
        }
    }

    fn array(&mut self, path: &mut String, old: &[Value], new: &[Value]) {
        let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let (old_rest, new_rest) = (old.get(same..).unwrap_or_default(), new.get(same..).unwrap_or_default());
        let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
        let (old_len, new_len) = (old_rest.len() - tail, new_rest.len() - tail);
        let both = old_len.min(new_len);
        for (at, (a, b)) in old_rest.iter().zip(new_rest).take(both).enumerate() {
            let length = push(path, &(same + at).to_string());
            self.value(path, a, b);
            path.truncate(length);
        }
        // From behind, so that no index moves before its turn.
        for at in (both..old_len).rev() {
            let length = push(path, &(same + at).to_string());
            self.steps.push(Step::Remove(path.clone()));
            path.truncate(length);
        }
        for (at, value) in new_rest.iter().enumerate().take(new_len).skip(both) {
            let length = push(path, &(same + at).to_string());
            self.steps.push(Step::Add(path.clone(), value.clone()));
            path.truncate(length);
        }
    }
}

impl Step {
    fn to_json(&self) -> Value {
        match self {
            Self::Add(path, value) => json!({"op": "add", "path": path, "value": value}),
            Self::Replace(path, value) => json!({"op": "replace", "path": path, "value": value}),
            Self::Remove(path) => json!({"op": "remove", "path": path}),
        }
    }
}

/// Adds a step to a JSON pointer (RFC 6901) and returns how long it was.
fn push(path: &mut String, step: &str) -> usize {
    let length = path.len();
    path.push('/');
    for c in step.chars() {
        match c {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            c => path.push(c),
        }
    }
    length
}

#[cfg(test)]
mod tests;
