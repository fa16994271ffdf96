//! How does the API server read the fields of a pod? A value of the wrong type is refused; `null` is absent.

use object::{Kind, Node};

use super::PodError;

/// Reads fields below the root of a pod.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    root: Node<'a>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(root: Node<'a>) -> Self {
        Self { root }
    }

    /// A node that must be a mapping.
    pub(super) fn mapping(self, node: Node<'a>) -> Result<Node<'a>, PodError> {
        self.typed(node, Kind::Map)
    }

    pub(super) fn map(self, above: Node<'a>, key: &str) -> Result<Option<Node<'a>>, PodError> {
        above.get(key).map(|node| self.typed(node, Kind::Map)).transpose()
    }

    pub(super) fn text(self, above: Node<'a>, key: &str) -> Result<Option<&'a str>, PodError> {
        above.get(key).map(|node| Ok(self.typed(node, Kind::Str)?.str().unwrap_or_default())).transpose()
    }

    pub(super) fn bool(self, above: Node<'a>, key: &str) -> Result<Option<bool>, PodError> {
        above.get(key).map(|node| Ok(self.typed(node, Kind::Bool)?.bool().unwrap_or_default())).transpose()
    }

    /// An `int64`.
    pub(super) fn int(self, above: Node<'a>, key: &str) -> Result<Option<i64>, PodError> {
        above.get(key).map(|node| self.number(node)).transpose()
    }

    /// An `int32`; 0 where it is missing.
    pub(super) fn small(self, above: Node<'a>, key: &str) -> Result<i32, PodError> {
        let Some(node) = above.get(key) else { return Ok(0) };
        i32::try_from(self.number(node)?).map_err(|_| self.error(node, "an integer of 32 bits"))
    }

    /// The items of a list, if it is written; an item that is `null` is an empty one.
    pub(super) fn items(
        self,
        above: Node<'a>,
        key: &str,
    ) -> Result<Option<impl ExactSizeIterator<Item = Node<'a>>>, PodError> {
        above.get(key).map(|node| Ok(self.typed(node, Kind::Seq)?.items())).transpose()
    }

    /// A list of mappings.
    pub(super) fn maps(self, above: Node<'a>, key: &str) -> Result<Vec<Node<'a>>, PodError> {
        let Some(items) = self.items(above, key)? else { return Ok(Vec::new()) };
        items
            .map(|item| if item.kind() == Kind::Null { Ok(item) } else { self.typed(item, Kind::Map) })
            .collect()
    }

    /// A list of texts, if it is written.
    pub(super) fn texts(self, above: Node<'a>, key: &str) -> Result<Option<Vec<&'a str>>, PodError> {
        self.items(above, key)?.map(|items| items.map(|item| self.word(item)).collect()).transpose()
    }

    /// A text that must be one; `null` is empty.
    pub(super) fn word(self, node: Node<'a>) -> Result<&'a str, PodError> {
        if node.kind() == Kind::Null {
            return Ok("");
        }
        Ok(self.typed(node, Kind::Str)?.str().unwrap_or_default())
    }

    /// A list of `int64`, if it is written.
    pub(super) fn numbers(self, above: Node<'a>, key: &str) -> Result<Option<Vec<i64>>, PodError> {
        let number = |item: Node<'a>| if item.kind() == Kind::Null { Ok(0) } else { self.number(item) };
        self.items(above, key)?.map(|items| items.map(number).collect()).transpose()
    }

    fn number(self, node: Node<'a>) -> Result<i64, PodError> {
        node.int().ok_or_else(|| self.error(node, Kind::Int.word()))
    }

    fn typed(self, node: Node<'a>, wanted: Kind) -> Result<Node<'a>, PodError> {
        if node.kind() == wanted { Ok(node) } else { Err(self.error(node, wanted.word())) }
    }

    fn error(self, node: Node<'a>, expected: &'static str) -> PodError {
        PodError { field: node.path_from(self.root), found: node.kind().word(), expected }
    }
}
