//! Does a label selector choose an object?
//!
//! `metav1.LabelSelector`: all of `matchLabels` and all of `matchExpressions`; empty chooses everything.

use serde_json::Value;

/// A label selector that was read and found valid.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selector {
    pub(crate) terms: Vec<Term>,
}

/// One thing asked of the labels.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) key: String,
    pub(crate) test: Test,
}

#[derive(Clone, Debug)]
pub(crate) enum Test {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    DoesNotExist,
}

impl Selector {
    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether the labels under `metadata` of an object are chosen.
    pub(crate) fn chooses(&self, object: &Value) -> bool {
        let labels = object.get("metadata").and_then(|metadata| metadata.get("labels"));
        self.terms.iter().all(|term| {
            let have = labels.and_then(|labels| labels.get(&term.key)).and_then(Value::as_str);
            match &term.test {
                Test::In(values) => have.is_some_and(|have| values.iter().any(|value| value == have)),
                Test::NotIn(values) => !have.is_some_and(|have| values.iter().any(|value| value == have)),
                Test::Exists => have.is_some(),
                Test::DoesNotExist => have.is_none(),
            }
        })
    }
}
