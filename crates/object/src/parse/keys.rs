//! Keys: every key is text to Kubernetes, and of two equal keys only one is read.

use std::collections::HashMap;

use super::build::Builder;
use super::{errors, problem};
use crate::scalar::{Scalar, key_text};
use crate::tree::{Body, Kind, Node, Style, Tree, push_key};
use crate::{Problem, ProblemKind};

/// Above this many keys a hash map finds those that are equal.
const MANY_KEYS: usize = 12;

/// More repeated keys of one document than this are counted, not listed.
const LISTED: usize = 1000;

impl Builder<'_> {
    pub(super) fn is_merge_key(&self, node: u32) -> bool {
        self.plain_text_up_to(node, 2) == Some("<<")
    }

    /// The node to stand as a key: `1`, `yes` and their like become the text that the API sees.
    pub(super) fn as_key(&mut self, node: u32) -> Result<u32, Problem> {
        let refuse = |builder: &Self, message| Err(builder.unreadable(builder.bytes_of(node), message));
        if matches!(self.body(node), Some(Body::Seq { .. } | Body::Map { .. })) {
            return refuse(self, errors::collection_as_key(self.place_of(node)));
        }
        let Some(written) = self.plain_text(node) else { return Ok(node) };
        let text = match Scalar::of_plain(written) {
            Scalar::Str(_) => return Ok(node),
            Scalar::Null => return refuse(self, errors::NULL_KEY.to_owned()),
            scalar => key_text(written, scalar),
        };
        let Some(text) = text else { return refuse(self, errors::HUGE_KEY.to_owned()) };
        let body = self.own(text.into_boxed_str(), Style::Coerced);
        // The node itself may be anchored, and a number where the alias stands.
        let key = self.push(body, self.bytes_of(node))?;
        if let [.., original, copy] = self.tree.nodes.as_mut_slice() {
            (copy.parent, copy.shared) = (original.parent, original.shared);
        }
        Ok(key)
    }
}

/// Keys that stand in their mapping for the second time.
#[derive(Default)]
pub(super) struct Repeats {
    found: Vec<(u32, Winner)>,
    unlisted: usize,
}

/// Which of two equal keys is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Winner {
    /// The same value twice, as in `a: 1` and `a: 2`.
    Last,
    /// Equal only as text, as `1` and `"1"`: Go's map order decides, anew in every run.
    Chance,
}

impl Repeats {
    /// Notes the repeated keys of a finished mapping; keys that a merge brought in may be overridden.
    pub(super) fn look_through(&mut self, map: Node<'_>) {
        let keys = || map.entries().map(|(key, _)| key);
        if keys().count() <= MANY_KEYS {
            for (index, key) in keys().enumerate().skip(1) {
                let text = key.text().unwrap_or_default();
                let mut same = keys().take(index).filter(|other| other.reads(text));
                if let Some(winner) = same.find_map(|other| clash(other, key)) {
                    self.note(key, winner);
                }
            }
            return;
        }
        let mut seen: HashMap<&str, Node<'_>> = HashMap::new();
        for key in keys() {
            let Some(text) = key.text() else { continue };
            let other = *seen.entry(text).or_insert(key);
            if other.id() == key.id() {
                continue;
            }
            if let Some(winner) = clash(other, key) {
                self.note(key, winner);
            }
            if other.is_shared() {
                seen.insert(text, key);
            }
        }
    }

    fn note(&mut self, key: Node<'_>, winner: Winner) {
        if self.found.len() < LISTED {
            self.found.push((key.id(), winner));
        } else {
            self.unlisted += 1;
        }
    }

    /// Says what was noted.
    pub(super) fn report(&self, tree: &Tree, problems: &mut Vec<Problem>) {
        problems.extend(self.found.iter().map(|(key, winner)| repeated(tree.node(*key), *winner)));
        if let Some((key, _)) = self.found.last().filter(|_| self.unlisted > 0) {
            let message = format!("{} more keys of this document stand twice", self.unlisted);
            let range = tree.node(*key).span().range();
            problems.push(problem(tree.source(), ProblemKind::DuplicateKey, range, message));
        }
    }
}

/// Which of two keys of the same text is read, unless one may override the other.
fn clash(first: Node<'_>, second: Node<'_>) -> Option<Winner> {
    let kinds = [first, second].map(written_as);
    if kinds[0] != kinds[1] || first.text() == Some(".nan") && kinds[0] == Kind::Float {
        return Some(Winner::Chance);
    }
    (!first.is_shared() && !second.is_shared()).then_some(Winner::Last)
}

/// What the key was before it became text.
fn written_as(key: Node<'_>) -> Kind {
    if key.style() != Some(Style::Coerced) {
        return Kind::Str;
    }
    match Scalar::of_plain(key.source().slice(key.span())) {
        Scalar::Bool(_) => Kind::Bool,
        Scalar::Int(_) => Kind::Int,
        Scalar::Float(_) => Kind::Float,
        Scalar::Str(_) | Scalar::Null => Kind::Str,
    }
}

fn repeated(key: Node<'_>, winner: Winner) -> Problem {
    let root = key.tree().root();
    let text = key.text().unwrap_or_default();
    let mut field = key.parent().map(|map| map.path_from(root)).unwrap_or_default();
    push_key(&mut field, text);
    let message = match winner {
        Winner::Last => format!("key `{text}` stands twice in this mapping, the last one wins"),
        Winner::Chance => format!(
            "two keys of this mapping become the same text `{text}`, and which one Kubernetes reads is left to chance"
        ),
    };
    let mut problem = problem(key.source(), ProblemKind::DuplicateKey, key.span().range(), message);
    problem.field = field;
    problem
}
