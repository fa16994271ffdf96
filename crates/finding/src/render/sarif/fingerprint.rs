//! Is this the finding of the last run? An identity that survives whatever moves its line.

use std::collections::BTreeMap;

use crate::{Finding, ObjectRef};

/// The key under `partialFingerprints`; a new way to compute it is a new version (3.5.4).
///
/// Not `primaryLocationLineHash`: GitHub's upload action computes that one from the text and warns of any other.
const KEY: &str = "cofferdamFinding/v1";

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
    let object = finding.object.as_deref();
    let named = |part: fn(&ObjectRef) -> &str| object.map(part).unwrap_or_default();
    fnv1a(&[
        finding.id,
        named(|object| &object.kind),
        named(|object| object.namespace.as_deref().unwrap_or_default()),
        named(|object| &object.name),
        &finding.field,
        &finding.message,
    ])
}

/// FNV-1a, 64 bits: written out because the standard library's hashers promise no stable result.
fn fnv1a(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    // A byte that UTF-8 never holds ends each part, or "a", "bc" would be "ab", "c".
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0xff])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::fnv1a;

    #[test]
    fn the_hash_is_fnv_1a_over_ended_parts() {
        assert_eq!(fnv1a(&[]), 0xcbf2_9ce4_8422_2325);
        assert_ne!(fnv1a(&["a", "bc"]), fnv1a(&["ab", "c"]));
        assert_ne!(fnv1a(&["a", ""]), fnv1a(&["a"]));
    }
}
