//! Which files stand below the given paths?
//!
//! A directory is walked in the order of names. Links to files are followed, links to directories are
//! not: what they lead to is judged where it stands, and no loop is possible. A chart stands for all
//! files below it; an overlay for those it draws on, the others are judged as they are.

use std::collections::{BTreeSet, HashMap};
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
    /// Whether one of the inputs is a link: the same file may stand elsewhere under its own name.
    linked: bool,
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
            found.inputs.push(named(path));
        }
    }
    // A single walk meets everything once, but for links.
    if paths.len() > 1 || found.linked {
        found.inputs = once(found.inputs);
    }
    found
}

/// A file by its name: that of a chart or an overlay stands for its directory.
fn named(path: &Path) -> Input {
    let directory = || match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    if path.is_file() && path.file_name().is_some_and(|name| name == "Chart.yaml") {
        Input::Chart(directory())
    } else if path.is_file() && overlay::is_file(path) {
        Input::Overlay(directory())
    } else {
        Input::File(path.to_path_buf())
    }
}

/// Each thing once, under whatever names and links it was found; by its own name rather than by a link.
fn once(inputs: Vec<Input>) -> Vec<Input> {
    let mut directories = HashMap::new();
    let mut seen = BTreeSet::new();
    let (links, files): (Vec<_>, Vec<_>) = inputs.into_iter().partition(|input| match input {
        Input::File(path) => path.is_symlink(),
        _ => false,
    });
    let mut real = |path: &Path| match (path.parent(), path.file_name()) {
        // A directory is looked up once, not once for each file in it.
        (Some(parent), Some(name)) if !path.is_symlink() => {
            let directory = if parent == Path::new("") { Path::new(".") } else { parent };
            let known = directories.entry(directory.to_path_buf());
            known
                .or_insert_with(|| fs::canonicalize(directory).unwrap_or_else(|_| directory.into()))
                .join(name)
        }
        _ => fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()),
    };
    let is_new = |input: &Input| {
        seen.insert(match input {
            Input::File(path) => Input::File(real(path)),
            Input::Chart(path) => Input::Chart(real(path)),
            Input::Overlay(path) => Input::Overlay(real(path)),
            Input::Stdin => Input::Stdin,
        })
    };
    files.into_iter().chain(links).filter(is_new).collect()
}

fn directory(root: &Path, found: &mut Found) {
    let before = found.inputs.len();
    let mut walk = WalkDir::new(root).sort_by_file_name().into_iter();
    while let Some(next) = walk.next() {
        match next {
            Ok(entry) if entry.file_type().is_dir() => {
                if is_version_control(&entry) || is_linked_to(&entry) {
                    walk.skip_current_dir();
                } else if let Some(input) = project(entry.path()) {
                    if matches!(input, Input::Chart(_)) {
                        walk.skip_current_dir();
                    }
                    found.inputs.push(input);
                }
            }
            Ok(entry) if overlay::is_file(entry.path()) && entry.path().is_file() => {}
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

/// The chart or overlay that a directory is.
fn project(path: &Path) -> Option<Input> {
    if path.join("Chart.yaml").is_file() {
        return Some(Input::Chart(path.to_path_buf()));
    }
    overlay::file_of(path).map(|_| Input::Overlay(path.to_path_buf()))
}

fn entry_to_input(entry: &DirEntry, found: &mut Found) {
    let path = entry.path();
    if !entry.path_is_symlink() {
        return found.inputs.push(Input::File(path.to_path_buf()));
    }
    found.linked = true;
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

/// Where a mounted ConfigMap keeps its files: they are met through the links beside it, and while they are swapped
/// there are two such directories.
fn is_linked_to(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with("..")
}

fn is_version_control(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name() == ".git"
}
