//! How does Pod Security admission put it? Its little grammar, letter by letter (policy/helpers.go).

use object::{Container, Site};

/// `"a", "b"`, without escaping, as upstream.
pub(super) fn quoted<S: AsRef<str>>(items: &[S]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    format!("\"{}\"", items.join("\", \""))
}

/// One or many, by count.
pub(super) fn plural(one: &'static str, many: &'static str, count: usize) -> &'static str {
    if count == 1 { one } else { many }
}

/// Sorted, each once, as a Go string set lists its members.
pub(super) fn set<S: Ord>(mut items: Vec<S>) -> Vec<S> {
    items.sort();
    items.dedup();
    items
}

/// Who is to blame: the pod, some containers, or both.
#[derive(Default)]
pub(super) struct Who<'a> {
    pod: bool,
    containers: Vec<&'a str>,
    /// The fields, in the order in which they were blamed.
    pub(super) sites: Vec<Site<'a>>,
}

impl<'a> Who<'a> {
    /// Blames the pod for a field.
    pub(super) fn pod(&mut self, site: Site<'a>) {
        self.pod = true;
        self.sites.push(site);
    }

    /// Blames a container for a field.
    pub(super) fn container(&mut self, container: Container<'a>, site: Site<'a>) {
        self.containers.push(container.name);
        self.sites.push(site);
    }

    /// Whether nobody is to blame.
    pub(super) fn is_empty(&self) -> bool {
        !self.pod && self.containers.is_empty()
    }

    /// How many containers are to blame.
    pub(super) fn count(&self) -> usize {
        self.containers.len()
    }

    /// `container "a"` or `containers "a", "b"`.
    pub(super) fn named(&self) -> String {
        format!("{} {}", plural("container", "containers", self.count()), quoted(&self.containers))
    }

    /// `pod`, `container "a"`, `pod and containers "a", "b"`.
    pub(super) fn setters(&self) -> Vec<String> {
        let pod = self.pod.then(|| "pod".to_owned());
        pod.into_iter().chain((self.count() > 0).then(|| self.named())).collect()
    }

    /// The setters in one phrase.
    pub(super) fn joined(&self) -> String {
        self.setters().join(" and ")
    }
}

/// A string as Go's `%q` prints it.
pub(super) fn go_quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0b' => out.push_str("\\v"),
            '\x0c' => out.push_str("\\f"),
            c if (c as u32) < 0x20 || c == '\x7f' => push(&mut out, format_args!("\\x{:02x}", c as u32)),
            c if printable(c) => out.push(c),
            c if (c as u32) < 0x1_0000 => push(&mut out, format_args!("\\u{:04x}", c as u32)),
            c => push(&mut out, format_args!("\\U{:08x}", c as u32)),
        }
    }
    out.push('"');
    out
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = std::fmt::Write::write_fmt(out, text);
}

/// Letters, marks, numbers, punctuation and symbols, but no blank other than the space.
fn printable(c: char) -> bool {
    // After a letter, a combining mark is shown as it is; alone it would be escaped.
    !format!("a{c}").escape_debug().skip(1).any(|escaped| escaped == '\\') && (c == ' ' || !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted_as_go_quotes_them() {
        assert_eq!(go_quoted("unconfined"), r#""unconfined""#);
        assert_eq!(
            go_quoted("a\"b\\\n\u{1}\u{200b}\u{a0}é\u{301}😀"),
            "\"a\\\"b\\\\\\n\\x01\\u200b\\u00a0é\u{301}😀\""
        );
    }
}
