//! Does a label selector choose these labels?
//!
//! `metav1.LabelSelector`: all of `matchLabels` and all of `matchExpressions`; empty chooses everything.

use crate::Node;

/// Whether `selector` (a mapping with `matchLabels` and `matchExpressions`) chooses `labels`.
///
/// An operator that Kubernetes does not know chooses nothing: the API server would refuse the selector.
pub fn selects<'a>(selector: Node<'_>, labels: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
    let labels: Vec<(&str, &str)> = labels.collect();
    let value_of = |key: &str| labels.iter().find(|(k, _)| *k == key).map(|(_, value)| *value);
    let by_label = selector
        .get("matchLabels")
        .into_iter()
        .flat_map(Node::entries)
        .all(|(key, value)| key.text().and_then(value_of).is_some_and(|have| value.str() == Some(have)));
    let mut expressions = selector.get("matchExpressions").into_iter().flat_map(Node::items);
    by_label && expressions.all(|expression| holds(expression, &value_of))
}

fn holds<'l>(expression: Node<'_>, value_of: &impl Fn(&str) -> Option<&'l str>) -> bool {
    let Some(key) = expression.get("key").and_then(Node::str) else { return false };
    let have = value_of(key);
    let listed = || {
        let mut values = expression.get("values").into_iter().flat_map(Node::items);
        have.is_some_and(|have| values.any(|value| value.str() == Some(have)))
    };
    match expression.get("operator").and_then(Node::str) {
        Some("In") => listed(),
        Some("NotIn") => !listed(),
        Some("Exists") => have.is_some(),
        Some("DoesNotExist") => have.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use finding::Source;

    use crate::{Limits, read};

    /// Whether the selector, in flow style, chooses a pod with the labels, in flow style.
    fn chooses(selector: &str, labels: &str) -> bool {
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{labels: {labels}}}, spec: {{}}, selector: {selector}}}"
        );
        let read = read(&Arc::new(Source::file("t", text)), Limits::default());
        let object = &read.objects[0];
        let pod = object.pods(crate::Version::NEWEST).next().unwrap();
        super::selects(object.at("selector").unwrap(), pod.labels())
    }

    #[test]
    fn every_term_must_hold() {
        assert!(chooses("{}", "{a: b}"));
        assert!(chooses("{matchLabels: {a: b}}", "{a: b, c: d}"));
        assert!(!chooses("{matchLabels: {a: b, c: x}}", "{a: b, c: d}"));
        assert!(chooses("{matchExpressions: [{key: a, operator: In, values: [x, b]}]}", "{a: b}"));
        assert!(!chooses("{matchExpressions: [{key: a, operator: NotIn, values: [x, b]}]}", "{a: b}"));
        assert!(chooses("{matchExpressions: [{key: z, operator: NotIn, values: [x]}]}", "{a: b}"));
        assert!(chooses("{matchExpressions: [{key: a, operator: Exists}]}", "{a: b}"));
        assert!(!chooses("{matchExpressions: [{key: a, operator: DoesNotExist}]}", "{a: b}"));
        assert!(!chooses("{matchExpressions: [{key: a, operator: Near}]}", "{a: b}"));
    }
}
