//! Which Kustomize directories stand for themselves, and which only for an overlay above them?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use finding::Source;
use object::{Limits, Node};

use super::{Input, file};

/// File names that Kustomize looks for, in its order.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Fields that list files, directories, or objects that name files.
const FIELDS: [&str; 15] = [
    "resources",
    "bases",
    "components",
    "crds",
    "generators",
    "transformers",
    "validators",
    "configurations",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "replacements",
    "openapi",
    "configMapGenerator",
    "secretGenerator",
];

/// What an overlay draws on.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    /// Files and directories, as written: relative to the overlay, or what Kustomize would fetch.
    pub(super) parts: Vec<String>,
    /// A `Component` cannot be rendered on its own.
    pub(super) is_component: bool,
}

/// Whether a path is the file of an overlay, by its name.
pub(super) fn is_file(path: &Path) -> bool {
    NAMES.iter().any(|name| path.file_name().is_some_and(|file| file == *name))
}

/// The overlay's file, if the directory is one.
pub(super) fn file_of(directory: &Path) -> Option<PathBuf> {
    NAMES.iter().map(|name| directory.join(name)).find(|path| path.is_file())
}

/// Reads what an overlay draws on; an unreadable one draws on nothing, and rendering will say why.
pub(super) fn read(directory: &Path) -> Overlay {
    let mut overlay = Overlay::default();
    let Some(text) = file_of(directory).and_then(|path| file::read(&path).ok()) else { return overlay };
    let source = Arc::new(Source::file("kustomization", text));
    let documents = object::documents(&source, Limits::default());
    let Some(tree) = documents.trees.first() else { return overlay };
    let root = tree.root();
    overlay.is_component = root.get("kind").and_then(Node::str) == Some("Component");
    for field in FIELDS.into_iter().filter_map(|field| root.get(field)) {
        named(field, &mut overlay.parts);
        field.items().for_each(|item| named(item, &mut overlay.parts));
    }
    overlay
}

/// The files that an item names: it is a path, or it has fields that hold some.
fn named(item: Node<'_>, parts: &mut Vec<String>) {
    let lists = ["files", "envs"].into_iter().filter_map(|key| item.get(key)).flat_map(Node::items);
    let fields = ["path", "env"].into_iter().filter_map(|key| item.get(key));
    for path in fields.chain(lists).chain([item]).filter_map(Node::str) {
        // `key=path` in a generator; a patch may stand inline.
        let path = path.split_once('=').filter(|(key, _)| !key.contains('/')).map_or(path, |(_, path)| path);
        if !path.contains('\n') {
            parts.push(path.to_owned());
        }
    }
}

/// What Kustomize would fetch for this overlay, or for one that it draws on.
pub(super) fn remote_below(directory: &Path) -> Option<String> {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![directory.to_path_buf()];
    while let Some(directory) = waiting.pop() {
        if !fs::canonicalize(&directory).is_ok_and(|path| seen.insert(path)) {
            continue;
        }
        for part in read(&directory).parts {
            let path = directory.join(&part);
            if is_remote(&part, &path) {
                return Some(part);
            }
            if path.is_dir() {
                waiting.push(path);
            }
        }
    }
    None
}

/// Drops what an overlay of the same walk draws on: it is judged as deployed.
///
/// Of overlays that draw on each other the first stays, and rendering it says what is wrong.
pub(super) fn drop_bases(root: &Path, inputs: &mut Vec<Input>, from: usize) {
    let real = |path: PathBuf| fs::canonicalize(path).ok();
    let mut parts = BTreeMap::new();
    for input in inputs.iter().skip(from) {
        if let Input::Overlay(path) = input
            && let Some(directory) = real(path.clone())
        {
            let drawn = read(path).parts.into_iter().filter_map(|part| real(path.join(part)));
            parts.insert(directory.clone(), drawn.filter(|part| *part != directory).collect::<Vec<_>>());
        }
    }
    if parts.is_empty() {
        return;
    }
    let drawn_on: BTreeSet<&PathBuf> = parts.values().flatten().collect();
    let (bases, tops): (Vec<_>, Vec<_>) = parts.keys().partition(|directory| drawn_on.contains(directory));
    let given = real(root.to_path_buf());
    let mut dropped = BTreeSet::new();
    for top in given.iter().filter(|root| parts.contains_key(*root)).chain(tops).chain(bases) {
        let mut waiting = if dropped.contains(top) { Vec::new() } else { vec![top] };
        while let Some(directory) = waiting.pop() {
            let below = parts.get(directory).into_iter().flatten();
            waiting.extend(below.filter(|part| *part != top && dropped.insert((*part).clone())));
        }
    }
    if dropped.is_empty() {
        return;
    }
    let mut index = 0;
    inputs.retain(|input| {
        index += 1;
        let kept = match input {
            Input::Overlay(path) | Input::File(path) if index > from && path != root => path,
            _ => return true,
        };
        real(kept.clone()).is_none_or(|path| !dropped.contains(&path))
    });
}

/// What `kustomize` would clone or download: a URL, or the short forms of repositories it knows.
fn is_remote(part: &str, path: &Path) -> bool {
    let host = part.split(['/', ':']).next().unwrap_or_default();
    if part.contains("://") || part.starts_with("git@") || part.starts_with("git::") {
        return true;
    }
    let repository = part.contains("?ref=")
        || (part.contains(['/', ':']) && host.contains('.') && !host.starts_with('.'))
        || ["gh", "github.com"].contains(&host);
    repository && !path.exists()
}
