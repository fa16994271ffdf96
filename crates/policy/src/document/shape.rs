//! Does a document have the shape of the table? Every misfit is reported, not only the first.

use object::{Kind as Value, Node};

use super::Catalogue;
use super::errors::Errors;
use super::fields::{CHECK_MODES, Kind, Need, Type};
use crate::{Date, nearest};

/// The entry of `checks` that stands for all that are not named.
pub(super) const ALL: &str = "*";

const NOTHING: &str = "nothing is written here: give a value or remove the key";

/// Looks at every field below a mapping of the type.
pub(super) fn mapping(node: Node<'_>, kind: &Type, checks: &dyn Catalogue, errors: &mut Errors<'_>) {
    if node.kind() != Value::Map {
        return errors.unfit(node, "a mapping");
    }
    let names: Vec<&str> = kind.fields.iter().map(|field| field.name).collect();
    for (key, value) in node.entries() {
        let word = key.text().unwrap_or_default();
        let Some(field) = kind.fields.iter().find(|field| field.name == word) else {
            errors.at(key, format!("unknown field `{word}`, {}", way_out(word, &names)));
            continue;
        };
        if field.need == Need::Later {
            let text = format!(
                "`{word}` is not supported by this version: remove it, what is not enforced must not be declared"
            );
            errors.at(key, text);
            continue;
        }
        // The API takes null for absent; here it is a key whose value was forgotten.
        if value.kind() == Value::Null {
            errors.at(value, NOTHING.to_owned());
            continue;
        }
        self::value(value, &field.kind, checks, errors);
    }
    let missing = |name: &str| node.entry(name).is_none();
    for field in kind.fields.iter().filter(|field| field.need == Need::Required && missing(field.name)) {
        errors.at(node, format!("`{}` is missing: {}", field.name, field.about));
    }
}

fn way_out(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known here: {}", known.join(", ")),
    }
}

fn value(node: Node<'_>, kind: &Kind, checks: &dyn Catalogue, errors: &mut Errors<'_>) {
    match kind {
        Kind::Text => {
            text(node, errors);
        }
        Kind::Bool if node.bool().is_none() => errors.unfit(node, "true or false"),
        Kind::Bool | Kind::Any => {}
        Kind::Day => {
            if let Some(Err(why)) = text(node, errors).map(str::parse::<Date>) {
                errors.at(node, why);
            }
        }
        Kind::Version => version(node, errors),
        Kind::Choice(words) => choice(node, words, errors),
        Kind::List(_) if node.kind() != Value::Seq => errors.unfit(node, "a list"),
        Kind::List(item) => node.items().for_each(|each| value(each, item, checks, errors)),
        Kind::Checks => by_check(node, checks, errors),
        Kind::Labels if node.kind() != Value::Map => errors.unfit(node, "a mapping"),
        Kind::Labels => node.entries().for_each(|(_, each)| {
            text(each, errors);
        }),
        Kind::Struct(inner) => mapping(node, inner, checks, errors),
        Kind::WordOr(word, _) if node.str() == Some(word) => {}
        Kind::WordOr(word, inner) if node.kind() == Value::Map => {
            let _ = word;
            mapping(node, inner, checks, errors);
        }
        Kind::WordOr(word, _) => errors.at(node, format!("expected `{word}` or a mapping")),
    }
}

/// A string that says something. Whatever looks like a number is one to YAML, and `1.30` would be 1.3.
fn text<'a>(node: Node<'a>, errors: &mut Errors<'_>) -> Option<&'a str> {
    match (node.str(), node.kind()) {
        (Some(text), _) if !text.trim().is_empty() => Some(text),
        (Some(_), _) => {
            errors.at(node, NOTHING.to_owned());
            None
        }
        (None, Value::Seq | Value::Map) => {
            errors.unfit(node, "a text");
            None
        }
        (None, kind) => {
            errors.at(node, format!("this is {}, expected a text: put it in quotes", kind.word()));
            None
        }
    }
}

fn version(node: Node<'_>, errors: &mut Errors<'_>) {
    let Some(text) = text(node, errors) else { return };
    if text != "latest"
        && let Err(why) = text.parse::<object::Version>()
    {
        errors.at(node, format!("{why}, or latest"));
    }
}

fn choice(node: Node<'_>, words: &[&str], errors: &mut Errors<'_>) {
    if word_of(node).is_some_and(|word| words.contains(&word)) {
        return;
    }
    match node.str() {
        Some(word) => {
            let near =
                nearest(word, words).map_or_else(String::new, |near| format!(", did you mean `{near}`?"));
            errors.at(node, format!("`{word}` is none of {}{near}", words.join(", ")));
        }
        None => {
            errors.at(node, format!("this is {}, expected one of {}", node.kind().word(), words.join(", ")));
        }
    }
}

/// The word of a choice: `off` is a boolean to YAML 1.1, and a word to everybody else.
pub(super) fn word_of(node: Node<'_>) -> Option<&str> {
    if node.bool() == Some(false) { Some("off") } else { node.str() }
}

fn by_check(node: Node<'_>, checks: &dyn Catalogue, errors: &mut Errors<'_>) {
    if node.kind() != Value::Map {
        return errors.unfit(node, "a mapping");
    }
    for (key, value) in node.entries() {
        let id = key.text().unwrap_or_default();
        if id != ALL
            && let Err(why) = checks.find(id)
        {
            errors.at(key, why);
        }
        choice(value, CHECK_MODES, errors);
    }
}
