//! What does an overlay draw on, directly and through others: resources, patches, and what makes values?

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use finding::Source;
use object::{Kind, Limits, Node, Object};

use crate::input::{file, overlay, shown};

/// What an object is to the overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Patch,
    Resource,
}

/// Everything that an overlay draws on, the outermost patches first.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    objects: Vec<(Role, Object)>,
    by_name: HashMap<(String, String), Vec<usize>>,
    /// What overlays put before and behind names.
    prefixes: BTreeSet<String>,
    suffixes: BTreeSet<String>,
    /// Values that overlays and lists of changes give to a field, and where: nothing for one given in two places.
    makers: HashMap<(String, String), Option<Place>>,
}

/// A byte of a text.
pub(super) type Place = (Arc<Source>, u32);

/// Names that an object may have had, at most: every overlay above it may have put something to it.
const NAMES: usize = 16;
/// A longer text is not looked up.
const LONGEST: usize = 512;

impl Drawn {
    /// Reads what stands below an overlay's directory; what cannot be read is not drawn on.
    pub(super) fn by(directory: &Path) -> Self {
        let mut drawn = Self::default();
        let mut resources = Vec::new();
        drawn.overlay(directory, &mut BTreeSet::new(), &mut resources);
        for path in resources {
            drawn.objects_of(&path, Role::Resource);
        }
        for (at, (_, object)) in drawn.objects.iter().enumerate() {
            let key = (object.kind().to_owned(), object.name().to_owned());
            drawn.by_name.entry(key).or_default().push(at);
        }
        drawn
    }

    /// What a rendered object can have come from: its patches, and its resource where there is just one.
    pub(super) fn of(&self, rendered: &Object) -> Vec<(Role, &Object)> {
        let mut found: Vec<usize> = Vec::new();
        for name in self.names(rendered.name()) {
            found.extend(self.by_name.get(&(rendered.kind().to_owned(), name)).into_iter().flatten());
        }
        found.sort_unstable();
        let all =
            || found.iter().filter_map(|at| self.objects.get(*at)).map(|(role, object)| (*role, object));
        let is_resource = |(role, _): &(Role, &Object)| *role == Role::Resource;
        let mut resources: Vec<_> = all().filter(is_resource).collect();
        if resources.len() > 1 {
            resources.retain(|(_, object)| object.namespace() == rendered.namespace());
        }
        let only = resources.pop().filter(|_| resources.is_empty());
        all().filter(|each| !is_resource(each)).chain(only).collect()
    }

    /// Where a text stands that a transformer puts into a field: whole, or as the name or the tag of an image.
    pub(super) fn maker(&self, field: &str, text: &str) -> Option<Place> {
        let known = |text: &str| self.makers.get(&(field.to_owned(), text.to_owned())).cloned().flatten();
        let of_image = || {
            let (name, tag) = text.rsplit_once(['@', ':']).filter(|_| field == "image")?;
            known(tag).or_else(|| known(name))
        };
        known(text).or_else(of_image)
    }

    /// The names that an object may have had before overlays put theirs before and behind it.
    fn names(&self, rendered: &str) -> Vec<String> {
        let mut names = vec![rendered.to_owned()];
        let mut at = 0;
        while let Some(name) = names.get(at).cloned().filter(|_| names.len() < NAMES) {
            let cut = self.prefixes.iter().filter_map(|prefix| name.strip_prefix(prefix.as_str()));
            let cut = cut.chain(self.suffixes.iter().filter_map(|suffix| name.strip_suffix(suffix.as_str())));
            let new: Vec<String> =
                cut.filter(|cut| !names.iter().any(|name| name == cut)).map(str::to_owned).collect();
            names.extend(new);
            at += 1;
        }
        names
    }

    fn overlay(&mut self, directory: &Path, seen: &mut BTreeSet<PathBuf>, resources: &mut Vec<PathBuf>) {
        if !fs::canonicalize(directory).is_ok_and(|path| seen.insert(path)) {
            return;
        }
        let Some(path) = overlay::file_of(directory) else { return };
        let Some(source) = read(&path) else { return };
        let documents = object::documents(&source, Limits::default());
        let Some(tree) = documents.trees.first() else { return };
        let root = tree.root();
        let text = |key: &str| root.get(key).and_then(Node::str).filter(|text| !text.is_empty());
        self.prefixes.extend(text("namePrefix").map(str::to_owned));
        self.suffixes.extend(text("nameSuffix").map(str::to_owned));
        let patches = ["patches", "patchesStrategicMerge", "patchesJson6902"];
        let patches: Vec<Node<'_>> =
            patches.iter().filter_map(|key| root.get(key)).flat_map(Node::items).collect();
        // The last patch wins.
        for patch in patches.iter().rev() {
            if let Some(path) =
                patch.get("path").or(Some(*patch)).and_then(Node::str).filter(|p| !p.contains('\n'))
            {
                self.objects_of(&directory.join(path), Role::Patch);
            }
        }
        let inline = patches.iter().filter_map(|patch| patch.get("patch").or(Some(*patch)));
        self.inline(&source, &inline.collect::<Vec<_>>());
        for field in ["images", "replicas", "namespace", "commonLabels", "labels", "commonAnnotations"] {
            root.get(field).into_iter().for_each(|node| self.makers_of(field, node));
        }
        for literal in root.get("configMapGenerator").into_iter().flat_map(Node::items) {
            literal.get("literals").into_iter().flat_map(Node::items).for_each(|item| self.literal(item));
        }
        for part in
            ["components", "resources", "bases"].iter().filter_map(|key| root.get(key)).flat_map(Node::items)
        {
            let Some(path) = part.str().map(|part| directory.join(part)) else { continue };
            if path.is_dir() { self.overlay(&path, seen, resources) } else { resources.push(path) }
        }
    }

    fn objects_of(&mut self, path: &Path, role: Role) {
        if let Some(source) = read(path) {
            self.take(&source, role);
        }
    }

    fn take(&mut self, source: &Arc<Source>, role: Role) {
        let objects = object::read(source, Limits::default()).objects;
        self.objects.extend(objects.into_iter().map(|object| (role, object)));
        if role == Role::Patch {
            for tree in object::documents(source, Limits::default()).trees {
                if tree.root().kind() == Kind::Seq {
                    self.makers_of("", tree.root());
                }
            }
        }
    }

    /// Patches that stand in the overlay's own file: its text with all else blanked out, so that every line
    /// and column stays where it is.
    fn inline(&mut self, source: &Arc<Source>, patches: &[Node<'_>]) {
        let mut text: Vec<u8> =
            source.text().bytes().map(|byte| if byte == b'\n' { b'\n' } else { b' ' }).collect();
        let mut any = false;
        for patch in patches.iter().filter(|patch| patch.str().is_some()) {
            let Some((header, lines)) = block(source, *patch) else { continue };
            if let (Some(into), Some(from)) =
                (text.get_mut(lines.clone()), source.text().as_bytes().get(lines))
            {
                into.copy_from_slice(from);
            }
            if let Some(mark) = text.get_mut(header..header + 3).filter(|mark| *mark == b"   ") {
                mark.copy_from_slice(b"---");
                any = true;
            }
        }
        if let Some(text) = String::from_utf8(text).ok().filter(|_| any) {
            self.take(&Arc::new(Source::file(source.name(), text)), Role::Patch);
        }
    }

    /// `key=value` of a generator.
    fn literal(&mut self, item: Node<'_>) {
        let Some((key, value)) = item.str().and_then(|text| text.split_once('=')) else { return };
        let value = value.trim_matches(['"', '\'']);
        self.makes(key, value, item);
    }

    fn makes(&mut self, field: &str, text: &str, node: Node<'_>) {
        if !text.is_empty() && text.len() <= LONGEST {
            let place = Some((Arc::clone(node.source()), node.span().start));
            let given = self.makers.entry((field.to_owned(), text.to_owned()));
            given.and_modify(|known| *known = None).or_insert(place);
        }
    }

    /// Remembers the values that a list of changes (JSON 6902), or a field of an overlay, gives to fields.
    fn makers_of<'n>(&mut self, field: &'n str, node: Node<'n>) {
        let mut waiting = vec![(field, node)];
        while let Some((field, node)) = waiting.pop() {
            waiting.extend(node.items().map(|item| (field, item)));
            let target = node.get("path").and_then(Node::str).and_then(|path| path.rsplit('/').next());
            waiting.extend(node.entries().map(|(key, value)| match (key.text(), target) {
                (Some("newName" | "newTag" | "digest"), _) => ("image", value),
                (Some("count"), _) => ("replicas", value),
                (Some("value"), Some(target)) => (target, value),
                (key, _) => (key.unwrap_or_default(), value),
            }));
            if let Some(text) = node.text() {
                self.makes(field, text, node);
            }
        }
    }
}

/// The first byte of the line above a block text, and the whole lines of the text.
fn block(source: &Source, node: Node<'_>) -> Option<(usize, Range<usize>)> {
    let span = node.span();
    let first = source.position(span.start).line + u32::from(source.slice(span).starts_with(['|', '>']));
    let last = source.position(span.end.checked_sub(1)?).line;
    let header = source.lines(first.checked_sub(1)?, first.checked_sub(1)?);
    let is_header = source.text().get(header.clone())?.contains(['|', '>']);
    (is_header && first <= last).then(|| (header.start, source.lines(first, last)))
}

fn read(path: &Path) -> Option<Arc<Source>> {
    let text = file::read(path).ok()?;
    Some(Arc::new(Source::file(shown(&plain(path)), text)))
}

/// `a/base/x` for `a/prod/../base/x`, unless a link makes that another file.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for step in path.components() {
        let named = matches!(plain.components().next_back(), Some(Component::Normal(_)));
        match step {
            Component::CurDir => {}
            Component::ParentDir if named => {
                plain.pop();
            }
            _ => plain.push(step),
        }
    }
    let real = |path: &Path| fs::canonicalize(path).ok();
    if real(&plain) == real(path) { plain } else { path.to_path_buf() }
}
