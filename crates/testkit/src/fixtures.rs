//! Where are the upstream suites, and what if they are not here?

use std::path::{Path, PathBuf};

/// A folder of the conformance suites (`$COFFERDAM_CONFORMANCE`, else `../shared/conformance`).
///
/// Absent: says so on standard error and returns nothing, and the test counts for nothing.
pub fn conformance(suite: &str) -> Option<PathBuf> {
    folder("COFFERDAM_CONFORMANCE", "../shared/conformance", suite)
}

/// A folder of the corpus of real manifests (`$COFFERDAM_CORPUS`, else `../shared/corpus`).
pub fn corpus(part: &str) -> Option<PathBuf> {
    folder("COFFERDAM_CORPUS", "../shared/corpus", part)
}

/// The independent reader built from `e2e/oracle`, if the setup could build it (`$COFFERDAM_ORACLE`).
pub fn oracle() -> Option<PathBuf> {
    program("COFFERDAM_ORACLE")
}

/// Kubernetes 1.24's PodSecurityPolicy built from `e2e/psp-oracle` (`$COFFERDAM_PSP_ORACLE`).
pub fn psp_oracle() -> Option<PathBuf> {
    program("COFFERDAM_PSP_ORACLE")
}

/// The Python that `cargo xtask setup` gave what it needs to validate reports (`$COFFERDAM_PYTHON`).
pub fn python() -> Option<PathBuf> {
    program("COFFERDAM_PYTHON")
}

/// The root of this repository.
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map_or_else(|| here.to_path_buf(), Path::to_path_buf)
}

/// The text of a file; a test that cannot read its own input has failed.
///
/// # Panics
/// When the file cannot be read.
#[allow(clippy::panic)] // test support
pub fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("reading {}: {e}", path.display()))
}

/// Every YAML and JSON file below a folder, sorted.
///
/// # Panics
/// When a folder cannot be listed.
#[allow(clippy::panic)] // test support
pub fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("listing {}: {e}", folder.display()));
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(yaml_files(&path));
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Says why a test does not count here.
pub fn skip(why: &str) {
    say(&format!("skipped: {why}"));
}

fn program(variable: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file());
    if found.is_none() {
        say(&format!(
            "skipped: {variable} names no program, run `cargo xtask setup` and test with `cargo xtask test`"
        ));
    }
    found
}

fn folder(variable: &str, default: &str, part: &str) -> Option<PathBuf> {
    let base = std::env::var_os(variable).map_or_else(|| repository().join(default), PathBuf::from);
    let path = base.join(part);
    if path.is_dir() {
        return Some(path);
    }
    say(&format!("skipped: {} is not here (set {variable})", path.display()));
    None
}

#[allow(clippy::print_stderr)] // the reason of a skip belongs where a person sees it
fn say(what: &str) {
    eprintln!("{what}");
}
