//! What is left of everything an audit finds, when memory has a bound?
//!
//! Every finding is counted; the worst of each namespace are kept with their words. Texts of objects are not: a
//! report of a cluster with a hundred thousand findings is as large as one with ten thousand.

mod json;
mod page;

use std::collections::BTreeMap;
use std::sync::Arc;

use finding::{Failure, Finding, ObjectRef, Severity};
use serde_json::{Value, json};

/// How many findings are kept with their words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) findings: usize,
    pub(crate) per_namespace: usize,
    pub(crate) errors: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { findings: 10_000, per_namespace: 200, errors: 100 }
    }
}

/// One walk of the audit, written down.
#[derive(Debug, Default)]
pub(crate) struct Book {
    bounds: Bounds,
    /// By name; objects of no namespace under the empty one.
    namespaces: BTreeMap<String, Namespace>,
    kept: usize,
    errors: Vec<String>,
    errors_not_shown: usize,
    /// Objects that were judged.
    pub(crate) objects: usize,
    /// Objects that say nothing that their controllers do not.
    pub(crate) left: usize,
    /// When it began and ended, as RFC 3339 has it.
    pub(crate) began: String,
    pub(crate) ended: String,
}

#[derive(Debug, Default)]
struct Namespace {
    checks: BTreeMap<&'static str, (Severity, usize)>,
    counts: BTreeMap<Severity, usize>,
    waived: usize,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    id: &'static str,
    severity: Severity,
    message: String,
    field: String,
    object: Option<Arc<ObjectRef>>,
}

impl Book {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { bounds, ..Self::default() }
    }

    /// Writes a finding down.
    pub(crate) fn add(&mut self, finding: Finding) {
        let name = finding.object.as_ref().and_then(|object| object.namespace.clone()).unwrap_or_default();
        let namespace = self.namespaces.entry(name).or_default();
        if finding.waived.is_some() {
            namespace.waived += 1;
            return;
        }
        let check = namespace.checks.entry(finding.id).or_insert((finding.severity, 0));
        *check = (check.0.max(finding.severity), check.1 + 1);
        *namespace.counts.entry(finding.severity).or_default() += 1;
        let Finding { id, severity, message, field, object, .. } = finding;
        let full = namespace.entries.len() >= self.bounds.per_namespace || self.kept >= self.bounds.findings;
        if full {
            // The mildest gives way to what is worse.
            let mildest = namespace.entries.iter().enumerate().min_by_key(|(_, entry)| entry.severity);
            let Some((at, _)) = mildest.filter(|(_, entry)| entry.severity < severity) else { return };
            namespace.entries.swap_remove(at);
            self.kept -= 1;
        }
        namespace.entries.push(Entry { id, severity, message, field, object });
        self.kept += 1;
    }

    /// Writes down what was not judged.
    pub(crate) fn fail(&mut self, failure: &Failure) {
        if self.errors.len() < self.bounds.errors {
            self.errors.push(format!("{}: {}", failure.file, failure.message));
        } else {
            self.errors_not_shown += 1;
        }
    }

    /// Puts everything in its order: the worst first, then by object.
    pub(crate) fn close(&mut self) {
        for namespace in self.namespaces.values_mut() {
            namespace.entries.sort_by(|a, b| {
                let key = |entry: &Entry| entry.object.as_ref().map(|object| object.title());
                b.severity
                    .cmp(&a.severity)
                    .then_with(|| (key(a), a.id, &a.field).cmp(&(key(b), b.id, &b.field)))
            });
        }
    }

    /// Whether anything is written down of a namespace.
    pub(crate) fn knows(&self, namespace: &str) -> bool {
        self.namespaces.contains_key(namespace)
    }

    /// The summary of a namespace in which nothing was found.
    pub(crate) fn nothing() -> Value {
        Namespace::default().summary()
    }

    /// What stands in the summary of each namespace.
    pub(crate) fn summaries(&self) -> impl Iterator<Item = (&str, Value)> {
        let named = self.namespaces.iter().filter(|(name, _)| !name.is_empty());
        named.map(|(name, namespace)| (name.as_str(), namespace.summary()))
    }
}

impl Namespace {
    fn summary(&self) -> Value {
        let count = |severity| self.counts.get(&severity).copied().unwrap_or(0);
        let checks: Vec<Value> = self
            .by_weight()
            .map(|(id, severity, count)| json!({"id": id, "severity": severity.to_string(), "count": count}))
            .collect();
        json!({
            "critical": count(Severity::Critical), "high": count(Severity::High),
            "medium": count(Severity::Medium), "low": count(Severity::Low), "info": count(Severity::Info),
            "waived": self.waived, "checks": checks,
        })
    }

    /// Checks with findings: worst first, then most first.
    fn by_weight(&self) -> impl Iterator<Item = (&'static str, Severity, usize)> {
        let mut list: Vec<_> =
            self.checks.iter().map(|(id, (severity, count))| (*id, *severity, *count)).collect();
        list.sort_by(|a, b| (b.1, b.2, a.0).cmp(&(a.1, a.2, b.0)));
        list.into_iter()
    }

    fn not_shown(&self) -> usize {
        self.counts.values().sum::<usize>().saturating_sub(self.entries.len())
    }
}

#[cfg(test)]
mod tests;
