//! How is a policy read strictly? Every step either fits or notes the place that does not, and goes on.

use object::{Kind, Node};

use super::{PolicyError, Standing};

/// Lists are compared with each other: longer ones are refused rather than waited for.
const MOST_ITEMS: usize = 1_000;

/// Reads fields below a root and collects what is wrong.
pub(super) struct Reader<'a> {
    root: Node<'a>,
    standing: Standing,
    pub(super) errors: Vec<PolicyError>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(root: Node<'a>, standing: Standing) -> Self {
        Self { root, standing, errors: Vec::new() }
    }

    /// Notes that something is wrong at a node.
    pub(super) fn wrong(&mut self, node: Node<'a>, message: impl Into<String>) {
        self.errors.push(error(self.root, node, message.into()));
    }

    /// Notes what the API server refuses of a new policy, and the plugin uses if it is there.
    pub(super) fn invalid(&mut self, node: Node<'a>, message: impl Into<String>) {
        if self.standing == Standing::New {
            self.wrong(node, message);
        }
    }

    /// Notes every key of a mapping that is not among the known ones.
    pub(super) fn known(&mut self, map: Node<'a>, known: &[&str]) {
        for (key, _) in map.entries() {
            let word = key.key_text();
            if !known.contains(&word.as_ref()) {
                let way_out = match crate::nearest(&word, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known here: {}", known.join(", ")),
                };
                self.errors.push(error(self.root, key, format!("unknown field `{word}`, {way_out}")));
            }
        }
    }

    /// A mapping under a key.
    pub(super) fn map(&mut self, above: Node<'a>, key: &str) -> Option<Node<'a>> {
        let node = above.get(key)?;
        self.typed(node, Kind::Map)
    }

    /// A boolean under a key.
    pub(super) fn bool(&mut self, above: Node<'a>, key: &str) -> Option<bool> {
        let node = above.get(key)?;
        self.typed(node, Kind::Bool)?.bool()
    }

    /// A text under a key.
    pub(super) fn text(&mut self, above: Node<'a>, key: &str) -> Option<&'a str> {
        let node = above.get(key)?;
        self.typed(node, Kind::Str)?.str()
    }

    /// A whole number under a key; absent it is 0, as the API has it.
    pub(super) fn int(&mut self, above: Node<'a>, key: &str) -> i64 {
        let Some(node) = above.get(key) else { return 0 };
        node.int().or_else(|| self.typed(node, Kind::Int)?.int()).unwrap_or(0)
    }

    /// The items of a list under a key.
    pub(super) fn items(&mut self, above: Node<'a>, key: &str) -> Vec<Node<'a>> {
        let Some(list) = above.get(key).and_then(|node| self.typed(node, Kind::Seq)) else {
            return Vec::new();
        };
        if list.items().len() > MOST_ITEMS {
            self.wrong(
                list,
                format!(
                    "a list of more than {MOST_ITEMS} items: no policy needs that, write ranges or prefixes"
                ),
            );
        }
        list.items().take(MOST_ITEMS).collect()
    }

    /// A list of mappings under a key, of which the fields are known.
    pub(super) fn maps(&mut self, above: Node<'a>, key: &str, known: &[&str]) -> Vec<Node<'a>> {
        let items = self.items(above, key);
        let maps: Vec<_> = items.into_iter().filter_map(|item| self.typed(item, Kind::Map)).collect();
        for map in &maps {
            self.known(*map, known);
        }
        maps
    }

    /// A list of texts under a key, each with its node.
    pub(super) fn words(&mut self, above: Node<'a>, key: &str) -> Vec<(Node<'a>, &'a str)> {
        let items = self.items(above, key);
        items.into_iter().filter_map(|item| Some((item, self.typed(item, Kind::Str)?.str()?))).collect()
    }

    /// A list of texts under a key.
    pub(super) fn texts(&mut self, above: Node<'a>, key: &str) -> Vec<String> {
        self.words(above, key).into_iter().map(|(_, word)| word.to_owned()).collect()
    }

    fn typed(&mut self, node: Node<'a>, wanted: Kind) -> Option<Node<'a>> {
        if node.kind() == wanted {
            return Some(node);
        }
        self.wrong(node, format!("this is {}, expected {}", node.kind().word(), wanted.word()));
        None
    }
}

/// An error at a node; a value without bytes of its own stands where its key does.
pub(super) fn error(root: Node<'_>, node: Node<'_>, message: String) -> PolicyError {
    let at = node.key().filter(|_| node.span().range().is_empty()).unwrap_or(node);
    let source = node.source();
    let first = source.slice(at.span()).lines().next().unwrap_or_default().trim_end();
    let span = finding::Span::new(at.span().start, at.span().start + first.len() as u32);
    PolicyError { source_text: source.clone(), span, field: node.path_from(root), message }
}
