//! Does a label selector choose these labels? Read once, asked often.

use object::Node;
use serde_json::{Value, json};

/// `metav1.LabelSelector`: all of its terms must hold; one without terms chooses everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    DoesNotExist(String),
}

impl Selector {
    /// Reads a mapping with `matchLabels` and `matchExpressions`.
    ///
    /// # Errors
    /// The node that makes no sense, and why: the API server would refuse it too.
    pub fn read(node: Node<'_>) -> Result<Self, (Node<'_>, String)> {
        let mut terms = Vec::new();
        for (key, value) in node.get("matchLabels").into_iter().flat_map(Node::entries) {
            let value_text = value.str().ok_or_else(|| (value, "expected a text".to_owned()))?;
            terms.push(Term::In(key.key_text().into_owned(), vec![value_text.to_owned()]));
        }
        for expression in node.get("matchExpressions").into_iter().flat_map(Node::items) {
            terms.push(term(expression)?);
        }
        Ok(Self { terms })
    }

    /// Its terms as `matchExpressions`.
    pub fn expressions(&self) -> Vec<Value> {
        let named = |key: &str, operator: &str| json!({"key": key, "operator": operator});
        let listed = |key: &str, operator: &str, values: &[String]| json!({"key": key, "operator": operator, "values": values});
        let one = |term: &Term| match term {
            Term::In(key, values) => listed(key, "In", values),
            Term::NotIn(key, values) => listed(key, "NotIn", values),
            Term::Exists(key) => named(key, "Exists"),
            Term::DoesNotExist(key) => named(key, "DoesNotExist"),
        };
        self.terms.iter().map(one).collect()
    }

    /// Whether the labels, looked up by key, are chosen.
    pub fn chooses<'l>(&self, label: &dyn Fn(&str) -> Option<&'l str>) -> bool {
        self.terms.iter().all(|term| match term {
            Term::In(key, values) => label(key).is_some_and(|have| values.iter().any(|value| value == have)),
            Term::NotIn(key, values) => {
                label(key).is_none_or(|have| values.iter().all(|value| value != have))
            }
            Term::Exists(key) => label(key).is_some(),
            Term::DoesNotExist(key) => label(key).is_none(),
        })
    }
}

fn term(node: Node<'_>) -> Result<Term, (Node<'_>, String)> {
    let text = |key| node.get(key).and_then(Node::str).map(str::to_owned);
    let key = text("key").ok_or_else(|| (node, "`key` is missing".to_owned()))?;
    let values: Option<Vec<String>> = node
        .get("values")
        .map_or(Some(Vec::new()), |list| list.items().map(|item| item.str().map(str::to_owned)).collect());
    let values = values.ok_or_else(|| (node, "`values` are texts".to_owned()))?;
    let operator = text("operator").unwrap_or_default();
    match operator.as_str() {
        "In" | "NotIn" if values.is_empty() => Err((node, format!("`{operator}` needs `values`"))),
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            Err((node, format!("`{operator}` takes no `values`")))
        }
        "In" => Ok(Term::In(key, values)),
        "NotIn" => Ok(Term::NotIn(key, values)),
        "Exists" => Ok(Term::Exists(key)),
        "DoesNotExist" => Ok(Term::DoesNotExist(key)),
        _ => Err((node, "`operator` is one of In, NotIn, Exists, DoesNotExist".to_owned())),
    }
}
