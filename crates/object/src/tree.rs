//! What does the text say, and where does each part of it stand?
//!
//! One flat arena per document. Aliases and merge keys are expanded into copies that keep the spans
//! of the anchor they came from, so every node has exactly one parent and one path.

mod path;

use std::sync::Arc;

use finding::{Source, Span};

pub(crate) use path::push_key;

use crate::Scalar;

/// One document.
#[derive(Debug)]
pub struct Tree {
    source: Arc<Source>,
    pub(crate) nodes: Vec<NodeData>,
    pub(crate) children: Vec<u32>,
    pub(crate) owned: Vec<Box<str>>,
    /// From where the ids of a mapping begin in `children`: a mark of each key, then as many words of a filter over
    /// the marks. Most keys that are asked for are not there, and the filter says so without a look at the marks; the
    /// marks tell most of the others apart without a look at their text. Empty until the tree is whole, but for the
    /// reader of JSON, which marks a mapping when it ends.
    marks: Vec<u16>,
}

/// Whether some keys of a mapping may be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alike {
    None,
    Some,
}

/// Index of the document's root node.
pub(crate) const ROOT: u32 = 0;

#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeData {
    pub(crate) span: Span,
    pub(crate) parent: u32,
    pub(crate) body: Body,
    /// Whether the node was copied from an anchor: its bytes serve more than one place.
    pub(crate) shared: bool,
}

/// A tree is mostly nodes: 28 bytes each keep it near the size of its text.
const _: () = assert!(size_of::<NodeData>() <= 28);

#[derive(Clone, Copy, Debug)]
pub(crate) enum Body {
    /// Text between two byte offsets of the source.
    Written { start: u32, end: u32, style: Style },
    /// Text that differs from its bytes (escapes, folding): an index into `Tree::owned`.
    Owned { index: u32, style: Style },
    /// `Tree::children[start..start + len]` are the items.
    Seq { start: u32, len: u32 },
    /// `Tree::children[start..start + 2 * len]` are keys and values in turn.
    Map { start: u32, len: u32 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Typed by its looks.
    Plain,
    /// A string whatever it looks like.
    Quoted,
    /// A key that is no string as written (`1`, `yes`): the text that the API makes of it.
    Coerced,
}

/// What sort of value a node holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`, which the API treats as absent.
    Null,
    /// A boolean.
    Bool,
    /// A whole number.
    Int,
    /// Another number.
    Float,
    /// A string.
    Str,
    /// A list.
    Seq,
    /// A mapping.
    Map,
}

impl Kind {
    /// The word for it in a message.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Int => "an integer",
            Self::Float => "a number",
            Self::Str => "a string",
            Self::Seq => "a list",
            Self::Map => "a mapping",
        }
    }
}

/// One node of a [`Tree`]: a cheap handle to look around from.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    tree: &'a Tree,
    id: u32,
}

impl Tree {
    pub(crate) fn new(source: Arc<Source>, nodes: usize) -> Self {
        let (nodes, children) = (Vec::with_capacity(nodes), Vec::with_capacity(nodes));
        Self { source, nodes, children, owned: Vec::new(), marks: Vec::new() }
    }

    /// Gives back the room for nodes that did not come: a run keeps the trees of all its files.
    pub(crate) fn shrink(&mut self) {
        self.nodes.shrink_to_fit();
        self.children.shrink_to_fit();
        self.owned.shrink_to_fit();
    }

    /// Marks every key, once nothing is added any more.
    pub(crate) fn marked(mut self) -> Self {
        for at in 0..self.nodes.len() {
            if let Some(Body::Map { start, len }) = self.nodes.get(at).map(|node| node.body) {
                self.mark(start, len);
            }
        }
        self
    }

    /// Marks the keys of one mapping, whose children stand already. Whether some of them may be alike; marks cannot
    /// tell more.
    pub(crate) fn mark(&mut self, start: u32, len: u32) -> Alike {
        let mut marks = std::mem::take(&mut self.marks);
        marks.resize(marks.len().max(self.children.len()), 0);
        let mut alike = Alike::None;
        if let Some(places) = marks.get_mut(start as usize..(start + len * 2) as usize) {
            let (marks, filter) = places.split_at_mut(len as usize);
            for (mark, [key, _]) in marks.iter_mut().zip(self.kids(start, len * 2).as_chunks::<2>().0) {
                *mark = mark_of(self.node(*key).text().unwrap_or_default());
                let (word, bit) = place_in_filter(*mark, filter.len());
                if let Some(word) = filter.get_mut(word) {
                    if *word & bit != 0 {
                        alike = Alike::Some;
                    }
                    *word |= bit;
                }
            }
        }
        self.marks = marks;
        alike
    }

    /// The text the tree was read from.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The node all others hang from; a tree that was read has one.
    pub fn root(&self) -> Node<'_> {
        self.node(ROOT)
    }

    #[inline]
    pub(crate) fn node(&self, id: u32) -> Node<'_> {
        Node { tree: self, id }
    }

    pub(crate) fn kids(&self, start: u32, len: u32) -> &[u32] {
        self.children.get(start as usize..(start + len) as usize).unwrap_or_default()
    }
}

/// Length, first and last byte of a key in one number; different keys may share one.
#[inline]
fn mark_of(key: &str) -> u16 {
    let byte = |byte: Option<&u8>| u16::from(byte.copied().unwrap_or(0));
    let bytes = key.as_bytes();
    (bytes.len() as u16).wrapping_mul(0x0b)
        ^ byte(bytes.first()).wrapping_mul(0x101)
        ^ byte(bytes.last()) << 5
}

/// The word and the bit in it that stand for a mark in a filter of so many words.
fn place_in_filter(mark: u16, words: usize) -> (usize, u16) {
    let spread = usize::from(mark.wrapping_mul(0x9e37));
    // The upper bits choose the word, the next ones the bit.
    let scaled = spread.wrapping_mul(words);
    (scaled >> 16, 1 << ((scaled >> 12) & 15))
}

impl<'a> Node<'a> {
    fn data(self) -> &'a NodeData {
        const NOTHING: &NodeData = &NodeData {
            span: Span::new(0, 0),
            parent: ROOT,
            body: Body::Written { start: 0, end: 0, style: Style::Plain },
            shared: false,
        };
        self.tree.nodes.get(self.id as usize).unwrap_or(NOTHING)
    }

    pub(crate) fn id(self) -> u32 {
        self.id
    }

    pub(crate) fn tree(self) -> &'a Tree {
        self.tree
    }

    /// How a scalar is written; `None` for lists and mappings.
    pub(crate) fn style(self) -> Option<Style> {
        match self.data().body {
            Body::Written { style, .. } | Body::Owned { style, .. } => Some(style),
            _ => None,
        }
    }

    /// Whether both are one and the same node.
    pub fn is(self, other: Self) -> bool {
        self.id == other.id && std::ptr::eq(self.tree, other.tree)
    }

    /// The text the node was read from.
    pub fn source(self) -> &'a Arc<Source> {
        &self.tree.source
    }

    /// The bytes of the node, without its key, anchor or tag.
    pub fn span(self) -> Span {
        self.data().span
    }

    /// Whether the same bytes serve another place too, through an alias or a merge key.
    pub fn is_shared(self) -> bool {
        self.data().shared
    }

    /// What sort of value it is.
    pub fn kind(self) -> Kind {
        match self.data().body {
            Body::Seq { .. } => Kind::Seq,
            Body::Map { .. } => Kind::Map,
            Body::Written { style: Style::Quoted, .. } => Kind::Str,
            _ => match self.scalar() {
                None | Some(Scalar::Null) => Kind::Null,
                Some(Scalar::Bool(_)) => Kind::Bool,
                Some(Scalar::Int(_)) => Kind::Int,
                Some(Scalar::Float(_)) => Kind::Float,
                Some(Scalar::Str(_)) => Kind::Str,
            },
        }
    }

    /// Whether it is `null`: as [`Node::kind`] says, without asking what else it may be.
    pub(crate) fn is_null(self) -> bool {
        match self.data().body {
            Body::Written { style: Style::Plain, .. } | Body::Owned { style: Style::Plain, .. } => {
                self.text().is_none_or(Scalar::is_plain_null)
            }
            _ => false,
        }
    }

    /// The text of a scalar as it reads, before typing; `None` for lists and mappings.
    #[inline]
    pub fn text(self) -> Option<&'a str> {
        match self.data().body {
            Body::Written { start, end, .. } => Some(self.tree.source.slice(Span::new(start, end))),
            Body::Owned { index, .. } => self.tree.owned.get(index as usize).map(AsRef::as_ref),
            _ => None,
        }
    }

    /// Whether the text of a scalar is this one: most keys differ in length, and their bytes need no look.
    pub(crate) fn reads(self, wanted: &str) -> bool {
        match self.data().body {
            Body::Written { start, end, .. } => {
                let bytes = || self.tree.source.text().as_bytes().get(start as usize..end as usize);
                (end - start) as usize == wanted.len() && bytes() == Some(wanted.as_bytes())
            }
            _ => self.text() == Some(wanted),
        }
    }

    /// The typed scalar; `None` for lists and mappings.
    pub fn scalar(self) -> Option<Scalar<'a>> {
        let text = self.text()?;
        Some(match self.data().body {
            Body::Written { style: Style::Plain, .. } | Body::Owned { style: Style::Plain, .. } => {
                Scalar::of_plain(text)
            }
            _ => Scalar::Str(text),
        })
    }

    /// The string; `None` when the value is anything else, even if it looks like one.
    pub fn str(self) -> Option<&'a str> {
        match self.scalar()? {
            Scalar::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, read as YAML 1.1 does: `yes` and `on` are true.
    pub fn bool(self) -> Option<bool> {
        match self.scalar()? {
            Scalar::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The whole number; `8e1` and `80.0` are 80, as they are after the way through JSON.
    pub fn int(self) -> Option<i64> {
        match self.scalar()? {
            Scalar::Int(value) => Some(value),
            #[allow(clippy::cast_precision_loss)] // the bound is exact in both types
            Scalar::Float(value) if value.fract() == 0.0 && value.abs() < (1u64 << 53) as f64 => {
                Some(value as i64)
            }
            _ => None,
        }
    }

    /// The items of a list; nothing for any other value.
    #[inline]
    pub fn items(self) -> impl DoubleEndedIterator<Item = Node<'a>> + ExactSizeIterator + Clone {
        self.listed().iter().map(move |id| self.tree.node(*id))
    }

    /// One item of a list, found without a look at the others.
    pub fn item(self, index: usize) -> Option<Node<'a>> {
        self.listed().get(index).map(|id| self.tree.node(*id))
    }

    /// Ids of the items of a list.
    fn listed(self) -> &'a [u32] {
        match self.data().body {
            Body::Seq { start, len } => self.tree.kids(start, len),
            _ => &[],
        }
    }

    /// How many items a list has, or entries a mapping; 0 for any other value.
    pub fn len(self) -> usize {
        match self.data().body {
            Body::Seq { len, .. } | Body::Map { len, .. } => len as usize,
            _ => 0,
        }
    }

    /// Whether it is a list or a mapping of nothing, or neither.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Keys and values of a mapping in the order of the text; nothing for any other value.
    pub fn entries(self) -> impl DoubleEndedIterator<Item = (Node<'a>, Node<'a>)> + Clone {
        let kids = match self.data().body {
            Body::Map { start, len } => self.tree.kids(start, len * 2),
            _ => &[],
        };
        kids.as_chunks::<2>().0.iter().map(move |[key, value]| (self.tree.node(*key), self.tree.node(*value)))
    }

    /// Key and value as written, `null` included; of two equal keys the last one, as the API reads it.
    #[inline]
    pub fn entry(self, key: &str) -> Option<(Node<'a>, Node<'a>)> {
        // The mark of a literal is known before anything runs.
        self.entry_marked(key, mark_of(key))
    }

    fn entry_marked(self, key: &str, wanted: u16) -> Option<(Node<'a>, Node<'a>)> {
        let Body::Map { start, len } = self.data().body else { return None };
        let (pairs, _) = self.tree.kids(start, len * 2).as_chunks::<2>();
        let found = |[own, value]: &[u32; 2]| {
            let own = self.tree.node(*own);
            own.reads(key).then(|| (own, self.tree.node(*value)))
        };
        let places = self.tree.marks.get(start as usize..(start + len * 2) as usize);
        let Some((marks, filter)) = places.and_then(|places| places.split_at_checked(len as usize)) else {
            return pairs.iter().rev().find_map(found);
        };
        let (word, bit) = place_in_filter(wanted, filter.len());
        filter.get(word).filter(|word| **word & bit != 0)?;
        let alike = marks.iter().zip(pairs).rev().filter(|(mark, _)| **mark == wanted);
        alike.map(|(_, pair)| pair).find_map(found)
    }

    /// The value of a key that is present and not `null`.
    #[inline]
    pub fn get(self, key: &str) -> Option<Node<'a>> {
        self.get_marked(key, mark_of(key))
    }

    fn get_marked(self, key: &str, wanted: u16) -> Option<Node<'a>> {
        self.entry_marked(key, wanted).map(|(_, value)| value).filter(|value| !value.is_null())
    }

    /// The value under a dotted path of field names, such as `securityContext.privileged`.
    pub fn at(self, path: &str) -> Option<Node<'a>> {
        let (mut here, mut rest) = (self, path);
        while let Some((first, below)) = split_path(rest) {
            (here, rest) = (here.get(first)?, below);
        }
        here.get(rest)
    }

    /// The key under which the node stands, if its parent is a mapping.
    pub fn key(self) -> Option<Node<'a>> {
        let (map, index) = self.place().filter(|(parent, _)| parent.kind() == Kind::Map)?;
        map.kids().get(index & !1).map(|key| self.tree.node(*key))
    }

    /// Ids of items, or of keys and values in turn.
    fn kids(self) -> &'a [u32] {
        match self.data().body {
            Body::Seq { start, len } => self.tree.kids(start, len),
            Body::Map { start, len } => self.tree.kids(start, len * 2),
            _ => &[],
        }
    }

    /// The parent and the node's index among its children, who stand in the order of their ids.
    fn place(self) -> Option<(Node<'a>, usize)> {
        let parent = self.parent()?;
        let index = parent.kids().binary_search(&self.id).ok()?;
        Some((parent, index))
    }

    /// The node it hangs from; `None` at the root.
    pub fn parent(self) -> Option<Node<'a>> {
        (self.id != ROOT).then(|| self.tree.node(self.data().parent))
    }

    /// The key as the API sees it: every key is a string there (`true: x` and `yes: x` are both `true`).
    pub fn key_text(self) -> std::borrow::Cow<'a, str> {
        self.text().unwrap_or_default().into()
    }
}

/// The first step of a path and what follows it. Paths are short: looking at eight bytes at once is quicker than setting
/// a search up.
pub(crate) fn split_path(path: &str) -> Option<(&str, &str)> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let (words, rest) = path.as_bytes().as_chunks::<8>();
    let in_words = words.iter().enumerate().find_map(|(at, word)| {
        let others = u64::from_le_bytes(*word) ^ (EACH * u64::from(b'.'));
        // The lowest bit that is set belongs to the first byte that is zero.
        let zeros = others.wrapping_sub(EACH) & !others & (EACH << 7);
        (zeros != 0).then(|| at * 8 + zeros.trailing_zeros() as usize / 8)
    });
    let in_rest = || rest.iter().position(|byte| *byte == b'.').map(|at| words.len() * 8 + at);
    let dot = in_words.or_else(in_rest)?;
    Some((path.get(..dot)?, path.get(dot + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::split_path;

    #[test]
    fn a_path_is_split_at_its_first_dot() {
        for (path, split) in [
            ("", None),
            ("image", None),
            ("terminationMessagePath", None),
            (".", Some(("", ""))),
            ("os.name", Some(("os", "name"))),
            ("metadata.annotations", Some(("metadata", "annotations"))),
            ("lifecycle.preStop.exec", Some(("lifecycle", "preStop.exec"))),
            ("securityContext.capabilities.add", Some(("securityContext", "capabilities.add"))),
        ] {
            assert_eq!(split_path(path), split, "{path}");
        }
    }
}
