//! Which Kustomize directories stand for themselves, and which only for an overlay above them?

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use finding::Source;
use object::Limits;

use super::{Input, file};

/// File names that Kustomize looks for, in its order.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What an overlay draws on.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    /// Files and directories on this disk, relative to the overlay.
    pub(super) local: Vec<String>,
    /// What Kustomize would fetch from elsewhere.
    pub(super) remote: Vec<String>,
    /// A `Component` cannot be rendered on its own.
    pub(super) is_component: bool,
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
    overlay.is_component = root.get("kind").and_then(object::Node::str) == Some("Component");
    for list in ["resources", "bases", "components", "crds"] {
        for item in root.get(list).into_iter().flat_map(object::Node::items).filter_map(object::Node::str) {
            let part = if is_remote(item) { &mut overlay.remote } else { &mut overlay.local };
            part.push(item.to_owned());
        }
    }
    overlay
}

/// Drops overlays that another overlay of the same walk draws on: their objects are judged as deployed.
pub(super) fn drop_bases(root: &Path, inputs: &mut Vec<Input>, from: usize) {
    let mut drawn_on = BTreeSet::new();
    for input in inputs.iter().skip(from) {
        if let Input::Overlay(path) = input {
            let targets =
                read(path).local.into_iter().filter_map(|part| fs::canonicalize(path.join(part)).ok());
            drawn_on.extend(targets);
        }
    }
    let mut index = 0;
    inputs.retain(|input| {
        index += 1;
        let kept = match input {
            Input::Overlay(path) | Input::File(path) if index > from && path != root => path,
            _ => return true,
        };
        fs::canonicalize(kept).map_or(true, |path| !drawn_on.contains(&path))
    });
}

/// What `kustomize` would clone or download: a URL, or the short forms of hosts it knows.
fn is_remote(resource: &str) -> bool {
    let host = resource.split('/').next().unwrap_or_default();
    resource.contains("://")
        || resource.starts_with("git@")
        || resource.contains("?ref=")
        || (resource.contains("//") && host.contains('.') && !host.starts_with('.'))
        || ["github.com", "gitlab.com", "bitbucket.org"].contains(&host)
}
