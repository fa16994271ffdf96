//! A question to the engine, in values: the one place here that knows its calls.

use std::sync::Arc;

use finding::Source;
use object::{Limits, Object, Pod, Version};
use policy::pod_security_policy::{Decision, Operation, Pass, Policies, Request, Standing, decide, read_all};
use serde_json::{Value, json};

/// Policies, a pod, and who asks for what.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) policies: Vec<Value>,
    /// The policies that may be used; `None` for all.
    pub(super) authorized: Option<Vec<String>>,
    pub(super) pod: Value,
    /// The pod it replaces; a new pod replaces none.
    pub(super) old: Option<Value>,
    pub(super) pass: Pass,
    pub(super) standing: Standing,
}

impl Case {
    /// As a line for the oracle.
    pub(super) fn line(&self) -> String {
        let operation = if self.old.is_some() { "UPDATE" } else { "CREATE" };
        let pass = if self.pass == Pass::Validating { "validating" } else { "mutating" };
        let mut line =
            json!({"policies": self.policies, "pod": self.pod, "operation": operation, "pass": pass});
        if self.standing == Standing::Stored {
            line["stored"] = json!(true);
        }
        if let Some(authorized) = &self.authorized {
            line["authorized"] = json!(authorized);
        }
        if let Some(old) = &self.old {
            line["old"] = old.clone();
        }
        line.to_string()
    }

    /// What we make of the policies.
    pub(super) fn read(&self) -> Policies {
        let objects: Vec<Object> = self.policies.iter().flat_map(objects).collect();
        read_all(&objects, self.standing)
    }

    /// What we decide.
    pub(super) fn decide(&self, policies: &Policies) -> Result<Decision, String> {
        let (pod, old) = (objects(&self.pod), self.old.as_ref().map(objects));
        let operation = match &old {
            Some(old) => Operation::Update { old: one(old) },
            None => Operation::Create,
        };
        let authorized =
            |name: &str| self.authorized.as_ref().is_none_or(|list| list.iter().any(|own| own == name));
        let request =
            Request { operation, pass: self.pass, subresource: "", pod: one(&pod), authorized: &authorized };
        decide(&policies.taken, &request).map_err(|error| error.to_string())
    }
}

/// The objects of a value, through its text.
pub(super) fn objects(value: &Value) -> Vec<Object> {
    let source = Arc::new(Source::file("case.json", crate::oracle::json_text(value)));
    let read = object::read(&source, Limits::default());
    assert!(read.problems.is_empty(), "{value}: {:?}", read.problems);
    read.objects
}

/// The one pod there is.
pub(super) fn one(objects: &[Object]) -> Pod<'_> {
    let pods: Vec<_> = objects.iter().flat_map(|object| object.pods(Version::NEWEST)).collect();
    assert_eq!(pods.len(), 1);
    pods[0]
}
