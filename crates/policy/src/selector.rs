//! Does a label selector choose these labels? Read once, asked often.

use object::Node;
use serde_json::{Value, json};

use crate::names;

/// `metav1.LabelSelector`: all of its terms must hold; one without terms chooses everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    pub(crate) terms: Vec<Term>,
}

/// One thing asked of the labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) key: String,
    pub(crate) test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    DoesNotExist,
}

impl Selector {
    /// Reads a mapping with `matchLabels` and `matchExpressions`.
    ///
    /// # Errors
    /// The node that makes no sense, and why: the API server would refuse it too.
    pub fn read(node: Node<'_>) -> Result<Self, (Node<'_>, String)> {
        let mut terms = Vec::new();
        for (key, value) in node.get("matchLabels").into_iter().flat_map(Node::entries) {
            let name = key.key_text().into_owned();
            names::qualified(&name).map_err(|why| (key, why))?;
            terms.push(Term { key: name, test: Test::In(vec![label_value(value)?]) });
        }
        for expression in node.get("matchExpressions").into_iter().flat_map(Node::items) {
            terms.push(term(expression)?);
        }
        Ok(Self { terms })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Its terms as `matchExpressions`.
    pub fn expressions(&self) -> Vec<Value> {
        let one = |Term { key, test }: &Term| match test {
            Test::In(values) => json!({"key": key, "operator": "In", "values": values}),
            Test::NotIn(values) => json!({"key": key, "operator": "NotIn", "values": values}),
            Test::Exists => json!({"key": key, "operator": "Exists"}),
            Test::DoesNotExist => json!({"key": key, "operator": "DoesNotExist"}),
        };
        self.terms.iter().map(one).collect()
    }

    /// Whether the labels, looked up by key, are chosen.
    pub fn chooses<'l>(&self, label: &dyn Fn(&str) -> Option<&'l str>) -> bool {
        self.terms.iter().all(|Term { key, test }| {
            let have = label(key);
            let is_listed = |values: &[String]| have.is_some_and(|have| values.iter().any(|v| v == have));
            match test {
                Test::In(values) => is_listed(values),
                Test::NotIn(values) => !is_listed(values),
                Test::Exists => have.is_some(),
                Test::DoesNotExist => have.is_none(),
            }
        })
    }

    /// Whether the labels under `metadata` of an object are chosen.
    pub(crate) fn chooses_object(&self, object: &Value) -> bool {
        let labels = object.get("metadata").and_then(|metadata| metadata.get("labels"));
        self.chooses(&|key| labels?.get(key)?.as_str())
    }
}

fn label_value(node: Node<'_>) -> Result<String, (Node<'_>, String)> {
    let text = node.str().ok_or_else(|| (node, "expected a text".to_owned()))?;
    names::label_value(text).map_err(|why| (node, why))?;
    Ok(text.to_owned())
}

fn term(node: Node<'_>) -> Result<Term, (Node<'_>, String)> {
    let key = node.get("key").ok_or_else(|| (node, "`key` is missing".to_owned()))?;
    let name = key.str().ok_or_else(|| (key, "`key` is a text".to_owned()))?;
    names::qualified(name).map_err(|why| (key, why))?;
    let values: Vec<String> =
        node.get("values").into_iter().flat_map(Node::items).map(label_value).collect::<Result<_, _>>()?;
    let operator = node.get("operator").and_then(Node::str).unwrap_or_default();
    let test = match operator {
        "In" | "NotIn" if values.is_empty() => return Err((node, format!("`{operator}` needs `values`"))),
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            return Err((node, format!("`{operator}` takes no `values`")));
        }
        "In" => Test::In(values),
        "NotIn" => Test::NotIn(values),
        "Exists" => Test::Exists,
        "DoesNotExist" => Test::DoesNotExist,
        _ => return Err((node, "`operator` is one of In, NotIn, Exists, DoesNotExist".to_owned())),
    };
    Ok(Term { key: name.to_owned(), test })
}
