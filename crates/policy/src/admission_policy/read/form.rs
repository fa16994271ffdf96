//! Are the fields of a document there, known, and of the right type?
//!
//! Every helper reports what it refuses and hands back what could be read, so that one pass over a
//! document finds everything that is wrong with it.

use object::{Kind, Node, Object};

use crate::admission_policy::model::{Expression, Place};
use crate::admission_policy::problem::{Problem, Weight};
use crate::nearest;

/// A document while it is read.
pub(crate) struct Form<'a> {
    pub(crate) object: &'a Object,
    pub(crate) problems: Vec<Problem>,
}

impl<'a> Form<'a> {
    pub(crate) fn new(object: &'a Object) -> Self {
        Self { object, problems: Vec::new() }
    }

    /// Refuses what stands at `path` below `node`.
    pub(crate) fn refuse(&mut self, node: Node<'a>, path: &str, message: impl Into<String>) {
        let site = self.object.site(node, path);
        self.problems.push(Problem {
            weight: Weight::Refused,
            object: self.object.id().as_ref().clone(),
            source: site.source().clone(),
            span: site.span,
            field: site.field,
            message: message.into(),
            meanwhile: None,
        });
    }

    pub(crate) fn place(&self, node: Node<'a>) -> Place {
        Place { source: node.source().clone(), span: node.span(), field: node.path_from(self.object.root()) }
    }

    /// Refuses keys of a mapping that the API does not know.
    pub(crate) fn known(&mut self, node: Node<'a>, known: &[&str]) {
        for (key, value) in node.entries() {
            let name = key.key_text();
            if known.contains(&name.as_ref()) {
                continue;
            }
            let hint = nearest(&name, known).map_or_else(
                || format!("remove it, the fields here are {}", known.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            self.refuse(value, "", format!("unknown field `{name}`: {hint}"));
        }
    }

    /// The mapping under a key.
    pub(crate) fn map(&mut self, node: Node<'a>, key: &str, known: &[&str]) -> Option<Node<'a>> {
        let value = self.typed(node, key, Kind::Map)?;
        self.known(value, known);
        Some(value)
    }

    /// The value of a key if it has the type.
    pub(crate) fn typed(&mut self, node: Node<'a>, key: &str, kind: Kind) -> Option<Node<'a>> {
        let value = node.get(key)?;
        if value.kind() == kind {
            return Some(value);
        }
        self.refuse(node, key, format!("must be {}, but is {}", kind.word(), value.kind().word()));
        None
    }

    /// The items of a list; absent is empty.
    pub(crate) fn list(&mut self, node: Node<'a>, key: &str) -> Vec<Node<'a>> {
        self.typed(node, key, Kind::Seq).map(|list| list.items().collect()).unwrap_or_default()
    }

    /// The items of a list of mappings that have only these fields.
    pub(crate) fn maps(&mut self, node: Node<'a>, key: &str, known: &[&str]) -> Vec<Node<'a>> {
        let mut maps = Vec::new();
        for item in self.list(node, key) {
            if item.kind() == Kind::Map {
                self.known(item, known);
                maps.push(item);
            } else {
                self.refuse(item, "", format!("must be a mapping, but is {}", item.kind().word()));
            }
        }
        maps
    }

    /// A string; absent, `null` and wrongly typed are `None`.
    pub(crate) fn text(&mut self, node: Node<'a>, key: &str) -> Option<&'a str> {
        self.typed(node, key, Kind::Str)?.str()
    }

    /// A string that must be there and not empty.
    pub(crate) fn required(&mut self, node: Node<'a>, key: &str, what: &str) -> Option<&'a str> {
        let written = node.get(key).is_some();
        match self.text(node, key) {
            Some(text) if !text.trim().is_empty() => Some(text),
            None if written => None, // the type was refused
            _ => {
                self.refuse(node, key, format!("is required: {what}"));
                None
            }
        }
    }

    /// The strings of a list, with their nodes.
    pub(crate) fn texts(&mut self, node: Node<'a>, key: &str) -> Vec<(Node<'a>, &'a str)> {
        let mut texts = Vec::new();
        for item in self.list(node, key) {
            match item.str() {
                Some(text) => texts.push((item, text)),
                None => self.refuse(item, "", format!("must be a string, but is {}", item.kind().word())),
            }
        }
        texts
    }

    /// One of a few words; absent is the default.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        node: Node<'a>,
        key: &str,
        choices: &[(&str, T)],
        absent: T,
    ) -> T {
        let Some(word) = self.text(node, key) else { return absent };
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == word) {
            return *value;
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        self.refuse(node, key, unsupported(word, &names));
        absent
    }

    /// CEL text that must be there.
    pub(crate) fn expression(&mut self, node: Node<'a>, key: &str) -> Option<Expression> {
        let text = self.required(node, key, "write a CEL expression")?.to_owned();
        Some(Expression { text, place: self.place(node.get(key)?) })
    }
}

/// The refusal of a word that is none of the choices.
pub(crate) fn unsupported(word: &str, names: &[&str]) -> String {
    let hint = nearest(word, names).map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
    format!("`{word}` is not supported: use one of {}{hint}", names.join(", "))
}
