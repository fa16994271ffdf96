//! Do a policy and what it has become say the same of these pods?
//!
//! Each pod is judged twice by what the policy has become: as it is, and with what the policy would have filled in.
//! The second answer is held against the policy's own; the first says which manifests must be changed.

use std::sync::Arc;

use finding::Source;
use object::{Limits, Object, Pod, Version};
use serde_json::{Map, Value, json};

use super::super::changes::Changes;
use super::super::mutate::mutate;
use super::super::pod::Facts;
use super::super::validate::validate;
use super::{LABEL, Migration, PodSecurityPolicy};
use crate::admission_policy::{
    Cluster, GroupVersionKind, GroupVersionResource, Operation, Policies, Request, User, as_served, nobody,
};
use crate::pod_security::{Policy as LevelVersion, Violation, evaluate};
use crate::value;

/// What is said of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It comes in.
    Allowed,
    /// It does not, for these reasons.
    Denied(Vec<String>),
}

impl Verdict {
    fn of(reasons: Vec<String>) -> Self {
        if reasons.is_empty() { Self::Allowed } else { Self::Denied(reasons) }
    }

    /// Whether the pod comes in.
    pub fn is_allowed(&self) -> bool {
        *self == Self::Allowed
    }

    /// Why it does not.
    pub fn reasons(&self) -> &[String] {
        match self {
            Self::Allowed => &[],
            Self::Denied(reasons) => reasons,
        }
    }
}

/// Whether both say the same of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Both let it in, or neither does.
    Same,
    /// The policy let it in, what it has become does not.
    Stricter,
    /// The policy kept it out, what it has become does not.
    Looser,
}

/// One pod, judged by a policy and by what it has become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What the policy says.
    pub policy: Verdict,
    /// What it fills in, as JSON pointers.
    pub filled_in: Vec<String>,
    /// What the level and the rules say of the pod as it is.
    pub as_is: Verdict,
    /// What they say of it with everything filled in.
    pub filled: Verdict,
}

impl Proof {
    /// Whether the two say the same once everything is filled in.
    pub fn agreement(&self) -> Agreement {
        match (self.policy.is_allowed(), self.filled.is_allowed()) {
            (true, false) => Agreement::Stricter,
            (false, true) => Agreement::Looser,
            _ => Agreement::Same,
        }
    }
}

/// A policy beside what it has become, ready to judge by.
#[derive(Debug)]
pub struct Prover<'p> {
    policy: &'p PodSecurityPolicy,
    level: LevelVersion,
    rules: Policies,
    namespace: Cluster,
}

impl<'p> Prover<'p> {
    /// Compiles the rules.
    ///
    /// # Errors
    /// A rule that the API server would not take: a fault of ours.
    pub fn new(policy: &'p PodSecurityPolicy, migration: &Migration) -> Result<Self, String> {
        let objects: Vec<Object> = migration.documents.iter().flat_map(read).collect();
        let (rules, problems) = Policies::load(&objects);
        if let Some(problem) = problems.first() {
            return Err(format!("the rules made of policy `{}` do not compile: {problem}", policy.name));
        }
        let labels = json!({LABEL: policy.name});
        let metadata = json!({"name": NAMESPACE, "labels": labels});
        let namespace = read(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}));
        Ok(Self { policy, level: migration.level, rules, namespace: Cluster::new(&namespace) })
    }

    /// Judges a pod by the policy and by what it has become.
    ///
    /// # Errors
    /// Why the pod cannot be judged.
    pub fn prove(&self, pod: Pod<'_>) -> Result<Proof, String> {
        let before = Facts::read(pod).map_err(|error| error.to_string())?;
        let mut after = before.clone();
        mutate(self.policy, &mut after);
        let reasons = validate(self.policy, &after).iter().map(ToString::to_string).collect();
        let changes = Changes::between(&before, &after);
        let as_is = alone(pod);
        let mut filled = as_is.clone();
        changes.apply(&mut filled);
        keep_in_step(&mut filled);
        Ok(Proof {
            policy: Verdict::of(reasons),
            filled_in: changes.values.into_keys().collect(),
            as_is: self.judge(as_is)?,
            filled: self.judge(filled)?,
        })
    }

    /// What the level and the rules say.
    fn judge(&self, pod: Value) -> Result<Verdict, String> {
        let objects = read(&pod);
        let Some(own) = objects.iter().flat_map(|object| object.pods(Version::NEWEST)).next() else {
            return Err("it cannot be read once its fields are filled in".to_owned());
        };
        let mut reasons: Vec<String> = evaluate(&own, self.level).iter().map(Violation::text).collect();
        let decision = self.rules.decide(creation(pod), &self.namespace, &nobody());
        reasons.extend(decision.denied.map(|status| status.message));
        Ok(Verdict::of(reasons))
    }
}

/// The namespace of the proof.
const NAMESPACE: &str = "migrated";

/// Somebody makes the pod.
fn creation(pod: Value) -> Request {
    Request {
        operation: Operation::Create,
        kind: GroupVersionKind::of("v1", "Pod"),
        resource: GroupVersionResource {
            group: String::new(),
            version: "v1".into(),
            resource: "pods".into(),
        },
        subresource: String::new(),
        name: String::new(),
        namespace: NAMESPACE.into(),
        object: Some(as_served(pod)),
        old_object: None,
        options: None,
        dry_run: false,
        user: User::default(),
    }
}

/// The pod of an object, as a pod of its own.
fn alone(pod: Pod<'_>) -> Value {
    let mut annotations = Map::new();
    for (key, text) in pod.annotations() {
        annotations.insert(key.to_owned(), value::of(text));
    }
    let mut metadata = json!({"name": "pod", "namespace": NAMESPACE});
    if !annotations.is_empty() {
        metadata["annotations"] = annotations.into();
    }
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": value::of(pod.spec())})
}

/// Today's API server reads no seccomp annotation: what a policy wrote there is written as the field.
fn keep_in_step(pod: &mut Value) {
    let objects = read(pod);
    let pods = objects.iter().flat_map(|object| object.pods(Version::NEWEST));
    let changes: Vec<Changes> = pods.filter_map(|pod| super::super::synced_seccomp(pod).ok()).collect();
    for changes in changes {
        changes.apply(pod);
    }
}

fn read(pod: &Value) -> Vec<Object> {
    let source = Arc::new(Source::file("pod.json", ascii(pod)));
    object::read(&source, Limits::default()).objects
}

/// JSON that is YAML, too: escaped wherever YAML would not let a character stand.
fn ascii(pod: &Value) -> String {
    let mut out = String::new();
    for c in pod.to_string().chars() {
        if c.is_ascii() && c != '\x7f' {
            out.push(c);
        } else {
            let mut units = [0; 2];
            out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    out
}
