//! Did an update touch anything but what the garbage collector may touch? (`IsOnlyMutatingGCFields`)
//!
//! Who may update and delete a pod may also say who owns it: no policy is asked then. Compared are the objects as
//! written; both come from the API server, which has filled in its defaults. Nothing, `null` and what is empty are
//! the same, as for Go's semantic equality.

use object::{Kind, Node, Pod};

/// Fields of `metadata` that may differ.
const COLLECTED: [&str; 4] = ["ownerReferences", "finalizers", "selfLink", "managedFields"];

/// Whether two pods are the same but for owners, finalizers and who manages which field.
pub(super) fn only_collected_fields_differ(new: Pod<'_>, old: Pod<'_>) -> bool {
    let (new, old) = (new.object().root(), old.object().root());
    let same_metadata = match (new.get("metadata"), old.get("metadata")) {
        (Some(new), Some(old)) => same_fields(new, old, &COLLECTED),
        (None, None) => true,
        _ => false,
    };
    same_metadata && same_fields(new, old, &["metadata"])
}

/// Whether two mappings agree in everything but some keys.
fn same_fields(a: Node<'_>, b: Node<'_>, except: &[&str]) -> bool {
    fn fields<'n>(map: Node<'n>, except: &[&str]) -> Vec<(String, Node<'n>)> {
        let written = map.entries().filter(|(_, value)| !is_empty(*value));
        let mut fields: Vec<_> = written.map(|(key, value)| (key.key_text().into_owned(), value)).collect();
        fields.retain(|(key, _)| !except.contains(&key.as_str()));
        // Of two equal keys the last one counts.
        fields.reverse();
        fields.sort_by(|(a, _), (b, _)| a.cmp(b));
        fields.dedup_by(|(a, _), (b, _)| a == b);
        fields
    }
    let (a, b) = (fields(a, except), fields(b, except));
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a.0 == b.0 && same(a.1, b.1))
}

fn same(a: Node<'_>, b: Node<'_>) -> bool {
    match (a.kind(), b.kind()) {
        (Kind::Map, Kind::Map) => same_fields(a, b, &[]),
        (Kind::Seq, Kind::Seq) => {
            a.items().len() == b.items().len() && a.items().zip(b.items()).all(|(a, b)| same(a, b))
        }
        (a_kind, b_kind) => a_kind == b_kind && a.scalar() == b.scalar(),
    }
}

/// `null`, an empty list, and an empty mapping of which nobody minds whether it is there.
fn is_empty(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Null => true,
        Kind::Seq => node.items().len() == 0,
        _ => false,
    }
}
