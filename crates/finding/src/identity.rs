//! Is this the finding of the last run? What stays of one when lines move and neighbours come and go.
//!
//! Check, object, container and the path by names. The message speaks of values that change for reasons of
//! their own, so it counts only where the path does not tell two findings apart.

use std::borrow::Cow;

use crate::{Finding, ObjectRef};

/// What a finding is known by, file aside: a manifest that moves keeps its findings.
pub(crate) struct Identity<'a> {
    pub(crate) id: &'a str,
    pub(crate) object: Option<&'a ObjectRef>,
    pub(crate) container: Option<&'a str>,
    pub(crate) field: Cow<'a, str>,
    /// The hash of the message, for a path with an item that nothing names, or for none.
    pub(crate) message: Option<u64>,
}

impl<'a> Identity<'a> {
    pub(crate) fn of(finding: &'a Finding) -> Self {
        let field = match finding.by_name.as_str() {
            "" => without_indexes(&finding.field),
            named => Cow::Borrowed(named),
        };
        let vague = field.is_empty() || field.contains("[]");
        let message = vague.then(|| fnv1a(&[&without_indexes(&finding.message)]));
        Self {
            id: finding.id,
            object: finding.object.as_deref(),
            container: finding.container.as_deref(),
            field,
            message,
        }
    }
}

/// `spec.rules[].verbs` of `spec.rules[3].verbs`, in a path and in a message that quotes one.
fn without_indexes(text: &str) -> Cow<'_, str> {
    if !text.contains('[') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut pieces = text.split('[');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit());
        out.push('[');
        out.push_str(if rest.starts_with(']') { rest } else { piece });
    }
    Cow::Owned(out)
}

/// FNV-1a, 64 bits: written out because the standard library's hashers promise no stable result. It tells
/// texts apart; nothing rests on it being hard to forge.
pub(crate) fn fnv1a(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    // A byte that UTF-8 never holds ends each part, or "a", "bc" would be "ab", "c".
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0xff])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::{fnv1a, without_indexes};

    #[test]
    fn the_hash_is_fnv_1a_over_ended_parts() {
        assert_eq!(fnv1a(&[]), 0xcbf2_9ce4_8422_2325);
        assert_ne!(fnv1a(&["a", "bc"]), fnv1a(&["ab", "c"]));
        assert_ne!(fnv1a(&["a", ""]), fnv1a(&["a"]));
    }

    #[test]
    fn indexes_go_and_names_stay() {
        assert_eq!(without_indexes("rules[12].verbs[0]"), "rules[].verbs[]");
        assert_eq!(without_indexes("a[b.c/1].d[7"), "a[b.c/1].d[7");
        assert_eq!(without_indexes("unknown field `x[3].y`"), "unknown field `x[].y`");
    }
}
