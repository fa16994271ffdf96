//! Does an object say anything that its controller does not say already?
//!
//! The pods of a Deployment repeat what its template says, a thousand times over. An owner reference alone proves
//! nothing: whoever writes a pod writes it. So every pod is judged, and only what its controller has against it
//! too, word by word at the same field, is left out.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use cluster::Metadata;
use finding::Finding;

/// What was found of every object that may control others, by its uid.
#[derive(Default)]
pub(super) struct Owners(HashMap<u64, HashSet<u64>>);

impl Owners {
    /// Keeps what was found of an object.
    pub(super) fn found(&mut self, metadata: &Metadata, findings: &[Finding]) {
        self.0.entry(hash(&metadata.uid)).or_default().extend(findings.iter().map(key));
    }

    /// Whether an object says that it belongs to one of those that were kept.
    pub(super) fn know(&self, metadata: &Metadata) -> bool {
        metadata.controller().is_some_and(|uid| self.0.contains_key(&hash(uid)))
    }

    /// Drops what the controller of an object has against it too. Returns whether there is such a controller.
    pub(super) fn fold(&self, metadata: &Metadata, findings: &mut Vec<Finding>) -> Owned {
        let Some(known) = metadata.controller().and_then(|uid| self.0.get(&hash(uid))) else {
            return Owned::ByNobody;
        };
        findings.retain(|finding| !known.contains(&key(finding)));
        Owned::ByOneWeKnow
    }
}

/// Whether an object belongs to another that was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owned {
    ByOneWeKnow,
    ByNobody,
}

pub(super) fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// The finding without the object it is about: a template's field is the pod's. How much it weighs is left out: a
/// policy refuses a pod and only warns of its template.
fn key(finding: &Finding) -> u64 {
    let field = finding.by_name.rsplit("template.").next().unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    (finding.id, field, &finding.message).hash(&mut hasher);
    hasher.finish()
}
