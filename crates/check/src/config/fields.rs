//! How is a strict document read? Each step either fits or names the line that does not.

use object::{Kind, Node};

use super::ConfigError;

/// The entries of a mapping whose keys must all be among the `known`; `null` counts as not written.
pub(super) fn fields<'a>(
    node: Node<'a>,
    known: &[&str],
) -> Result<impl Iterator<Item = (&'a str, Node<'a>)> + use<'a>, ConfigError> {
    for (key, _) in entries(node)? {
        let word = key.text().unwrap_or_default();
        if !known.contains(&word) {
            let way_out = match policy::nearest(word, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", known.join(", ")),
            };
            return Err(wrong(key, format!("unknown key `{word}`, {way_out}")));
        }
    }
    let written = entries(node)?.filter(|(_, value)| value.kind() != Kind::Null);
    Ok(written.map(|(key, value)| (key.text().unwrap_or_default(), value)))
}

/// The entries of a mapping.
pub(super) fn entries(node: Node<'_>) -> Result<impl Iterator<Item = (Node<'_>, Node<'_>)>, ConfigError> {
    if node.kind() != Kind::Map {
        return Err(unfit(node, "a mapping"));
    }
    Ok(node.entries())
}

/// The items of a list.
pub(super) fn items(node: Node<'_>) -> Result<impl Iterator<Item = Node<'_>>, ConfigError> {
    if node.kind() != Kind::Seq {
        return Err(unfit(node, "a list"));
    }
    Ok(node.items())
}

/// A list of texts.
pub(super) fn list(node: Node<'_>) -> Result<Vec<String>, ConfigError> {
    items(node)?.map(|item| text(item).map(str::to_owned)).collect()
}

/// The text of a scalar as it is written: `1.30` without quotes is no number here, `off` no boolean.
pub(super) fn text(node: Node<'_>) -> Result<&str, ConfigError> {
    match node.text() {
        Some(text) if node.kind() != Kind::Null && !text.trim().is_empty() => Ok(text),
        Some(_) => Err(wrong(node, "nothing is written here: give a value or remove the key")),
        None => Err(unfit(node, "a text")),
    }
}

fn unfit(node: Node<'_>, wanted: &str) -> ConfigError {
    wrong(node, format!("this is {}, expected {wanted}", node.kind().word()))
}

/// An error at a node; a value without bytes of its own stands where its key does.
pub(super) fn wrong(node: Node<'_>, message: impl Into<String>) -> ConfigError {
    let span = node.key().filter(|_| node.span().range().is_empty()).unwrap_or(node).span();
    ConfigError::at(node.source(), span.start, message.into())
}
