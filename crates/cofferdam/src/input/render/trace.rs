//! Where does each field of a rendered overlay come from?
//!
//! Kustomize does not say. An object is found again by kind and name in what the overlay draws on, a field
//! by its path with list items by their names; a value comes from the resource, else from the patch that has it,
//! else from what the overlay says of images, or a list of changes. What is found nowhere may come from any
//! transformer: it stays at the overlay's own file.

mod drawn;

use std::path::Path;
use std::sync::Arc;

use finding::{Part, Source, Span};
use object::{Kind, Limits, Node};

use self::drawn::{Drawn, Place, Role};
use crate::input::shown;

/// The stretches of a rendered text, each with the bytes it came from where they are known.
pub(super) fn parts(directory: &Path, file: &Path, text: &str) -> Vec<Part> {
    let drawn = Drawn::by(directory);
    let rendered = Arc::new(Source::file("rendered", text.to_owned()));
    let mut trace = Trace { drawn: &drawn, unknown: shown(file), parts: Vec::new() };
    for object in object::read(&rendered, Limits::default()).objects {
        trace.parts.push(trace.nowhere(object.root().span()));
        let from = drawn.of(&object);
        if from.iter().any(|(role, _)| *role == Role::Resource) {
            let roots: Vec<Node<'_>> = from.iter().map(|(_, object)| object.root()).collect();
            trace.take(object.root().span(), roots.last().copied().and_then(place));
            trace.below(object.root(), &roots);
        } else if object.kind() == "ConfigMap" {
            // Made by a generator: its values may stand there as literals.
            trace.below(object.root(), &[]);
        }
    }
    let mut parts = trace.parts;
    // Of several stretches that begin together the last one knows most.
    parts.sort_by_key(|part| part.start);
    parts.reverse();
    parts.dedup_by_key(|part| part.start);
    parts.reverse();
    parts
}

/// What holds more is not traced: each thing in it is looked for among as many.
const WIDEST: usize = 1000;

struct Trace<'d> {
    drawn: &'d Drawn,
    /// The file that is named for what is found nowhere.
    unknown: String,
    parts: Vec<Part>,
}

impl<'d> Trace<'d> {
    /// What stands below a rendered node, beside the nodes it can have come from: patches, then the resource.
    fn below(&mut self, rendered: Node<'_>, from: &[Node<'d>]) {
        if rendered.entries().count().max(rendered.items().len()) > WIDEST {
            return;
        }
        for (key, value) in rendered.entries() {
            let name = key.text().unwrap_or_default();
            let found: Vec<_> = from.iter().filter_map(|node| node.entry(name)).collect();
            let values: Vec<Node<'d>> = found.iter().map(|(_, value)| *value).collect();
            let at = origin(value, &values).and_then(|at| found.get(at));
            match at {
                Some((from_key, from_value)) => {
                    self.take(key.span(), place(*from_key));
                    self.take(value.span(), place(*from_value));
                }
                None => self.made(key, value),
            }
            self.below(value, &values);
        }
        for item in rendered.items() {
            let found = same_item(item, rendered.items().len(), from);
            let at = origin(item, &found).and_then(|at| found.get(at));
            self.take(item.span(), at.copied().and_then(place));
            self.below(item, &found);
        }
    }

    /// A value that no resource and no patch has: it may stand in a list of changes or of images.
    fn made(&mut self, key: Node<'_>, value: Node<'_>) {
        let field = key.text().unwrap_or_default();
        let maker = value.text().and_then(|text| self.drawn.maker(field, text));
        self.take(key.span(), maker.clone());
        self.take(value.span(), maker);
    }

    fn take(&mut self, span: Span, from: Option<Place>) {
        let part = from.map(|(source, at)| Part {
            start: span.start,
            path: source.name().to_owned(),
            template: Some(source),
            at: Some(at),
        });
        self.parts.push(part.unwrap_or_else(|| self.nowhere(span)));
    }

    fn nowhere(&self, span: Span) -> Part {
        Part { start: span.start, path: self.unknown.clone(), template: None, at: None }
    }
}

/// Where a node stands; a copy of an anchor stands nowhere of its own.
fn place(node: Node<'_>) -> Option<Place> {
    (!node.is_shared()).then(|| (Arc::clone(node.source()), node.span().start))
}

/// Which of the nodes a rendered one comes from: the last with its value, which is the resource if that has it.
fn origin(rendered: Node<'_>, from: &[Node<'_>]) -> Option<usize> {
    let holds_others = matches!(rendered.kind(), Kind::Map | Kind::Seq);
    from.iter().rposition(|node| {
        node.kind() == rendered.kind() && (holds_others || node.scalar() == rendered.scalar())
    })
}

/// The items that a rendered one can have come from: those of its name, those of its value, or, where nothing
/// names it and the list was left as it is, the one at its place.
fn same_item<'d>(rendered: Node<'_>, length: usize, from: &[Node<'d>]) -> Vec<Node<'d>> {
    let name = rendered.name_in_list();
    let is_scalar = !matches!(rendered.kind(), Kind::Map | Kind::Seq);
    let same = |item: &Node<'d>| match &name {
        Some(name) => item.name_in_list().as_ref() == Some(name),
        None => is_scalar && item.scalar() == rendered.scalar(),
    };
    let mut found: Vec<Node<'d>> = from.iter().filter_map(|list| list.items().find(same)).collect();
    if found.is_empty()
        && let ([list], None) = (from, &name)
        && list.items().len() == length
    {
        let at =
            rendered.parent().and_then(|list| list.items().position(|item| item.span() == rendered.span()));
        found.extend(at.and_then(|at| list.items().nth(at)).filter(|_| !is_scalar));
    }
    found
}
