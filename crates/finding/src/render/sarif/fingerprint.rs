//! Is this the finding of the last run, for a service that keeps them?

use std::collections::BTreeMap;

use crate::identity::{Identity, fnv1a};
use crate::{Finding, ObjectRef};

/// The key under `partialFingerprints`; a new way to compute it is a new version (3.5.4).
///
/// Not `primaryLocationLineHash`: GitHub's upload action computes that one from the text and warns of any other.
const KEY: &str = "cofferdamFinding/v2";

/// Fingerprints given so far: equal findings of one run are told apart by their order.
#[derive(Default)]
pub(super) struct Fingerprints(BTreeMap<u64, usize>);

impl Fingerprints {
    /// The fingerprint of the next finding.
    pub(super) fn of(&mut self, finding: &Finding) -> BTreeMap<&'static str, String> {
        let hash = identity(finding);
        let seen = self.0.entry(hash).or_default();
        *seen += 1;
        BTreeMap::from([(KEY, format!("{hash:016x}:{seen}"))])
    }
}

/// Neither file nor line nor apiVersion: a manifest that moves or is modernised keeps its findings.
fn identity(finding: &Finding) -> u64 {
    let Identity { id, object, container, field, message } = Identity::of(finding);
    let named = |part: fn(&ObjectRef) -> &str| object.map(part).unwrap_or_default();
    fnv1a(&[
        id,
        named(|object| &object.kind),
        named(|object| object.namespace.as_deref().unwrap_or_default()),
        named(|object| &object.name),
        container.unwrap_or_default(),
        &field,
        &message.map(|hash| format!("{hash:016x}")).unwrap_or_default(),
    ])
}
