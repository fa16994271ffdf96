//! Is the output what it was? The files in `expected/` are what reviewers read.

use std::path::Path;

/// Compares with a file beside the tests; `UPDATE_SNAPSHOTS=1` writes it instead.
pub(crate) fn same(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/expected").join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let wanted = std::fs::read_to_string(&path).unwrap();
    assert!(
        text == wanted,
        "{name} differs, see it with UPDATE_SNAPSHOTS=1 and git diff; now it is:\n{text}"
    );
}
