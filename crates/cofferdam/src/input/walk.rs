//! Which files stand below the given paths?
//!
//! A directory is walked in the order of names. Links to files are followed, links to directories are
//! not: what they lead to is judged where it stands, and no loop is possible.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use finding::{Failure, Stage};
use walkdir::{DirEntry, WalkDir};

use super::{Input, file, overlay, shown};

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) inputs: Vec<Input>,
    pub(super) failures: Vec<Failure>,
}

/// Everything there is to read, each thing once, in the order of names.
pub(super) fn find(paths: &[PathBuf]) -> Found {
    let mut found = Found::default();
    for path in paths {
        if path == Path::new("-") {
            found.inputs.push(Input::Stdin);
        } else if path.is_dir() {
            directory(path, &mut found);
        } else {
            found.inputs.push(Input::File(path.clone()));
        }
    }
    let mut seen = BTreeSet::new();
    found.inputs.retain(|input| seen.insert(input.clone()));
    found
}

fn directory(root: &Path, found: &mut Found) {
    let before = found.inputs.len();
    let mut walk = WalkDir::new(root).sort_by_file_name().into_iter();
    while let Some(next) = walk.next() {
        match next {
            Ok(entry) if entry.file_type().is_dir() => {
                if is_version_control(&entry) {
                    walk.skip_current_dir();
                } else if let Some(input) = project(entry.path()) {
                    found.inputs.push(input);
                    walk.skip_current_dir();
                }
            }
            Ok(entry) if is_manifest(entry.path()) => entry_to_input(&entry, found),
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(root).to_path_buf();
                let why = error.io_error().map_or_else(|| error.to_string(), |e| file::why(&path, e));
                found.failures.push(failure(&path, format!("this directory is not searched: {why}")));
            }
        }
    }
    overlay::drop_bases(root, &mut found.inputs, before);
}

/// A chart or an overlay stands for all files below it.
fn project(path: &Path) -> Option<Input> {
    if path.join("Chart.yaml").is_file() {
        return Some(Input::Chart(path.to_path_buf()));
    }
    overlay::file_of(path).map(|_| Input::Overlay(path.to_path_buf()))
}

fn entry_to_input(entry: &DirEntry, found: &mut Found) {
    let path = entry.path();
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {} // a link to a directory with a misleading name
        Ok(_) => found.inputs.push(Input::File(path.to_path_buf())),
        Err(error) => found.failures.push(failure(path, file::why(path, &error))),
    }
}

fn failure(path: &Path, message: String) -> Failure {
    Failure { file: shown(path), line: None, message, stage: Stage::Read }
}

fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known))
}

fn is_version_control(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name() == ".git"
}
