//! How does JSON that a program wrote become a tree?
//!
//! RFC 8259 and nothing beside it: one value, no comments, no key twice. What an API server sends is
//! such JSON; the YAML reader, which bends to what people write, would take ten times as long.

use std::collections::HashSet;
use std::sync::Arc;

use finding::{Source, Span};

use super::{Escapes, Skim};
use crate::parse::{Limits, problem};
use crate::scalar::is_infinite;
use crate::tree::{Alike, Body, NodeData, ROOT, Style, Tree};
use crate::{Problem, ProblemKind};

/// Reads a text that is one JSON value.
///
/// # Errors
/// The first place where it is not, where a key stands for the second time, or a limit is passed.
pub fn json(source: &Arc<Source>, limits: Limits) -> Result<Tree, Problem> {
    let text = source.text();
    let fail = |at: usize, message: String| {
        let end = text.len().min(at.saturating_add(1));
        Err(problem(source, ProblemKind::Unreadable, at.min(text.len())..end, message))
    };
    if u32::try_from(text.len()).is_err() {
        return fail(0, "more than 4 GiB of text in one input, none of it is read".to_owned());
    }
    // A guess at how much a program writes for a value: growing would copy all of them again and again.
    let tree = Tree::new(Arc::clone(source), (text.len() / 8).min(limits.nodes).min(GUESSED));
    let skim = Skim { text: text.as_bytes(), at: 0 };
    let mut reader = Reader { text, skim, limits, tree, open: Vec::new(), pending: Vec::new() };
    match reader.document() {
        Ok(()) => Ok(reader.tree),
        Err(Wrong { at, message }) => fail(at, message),
    }
}

/// The most values for which room is made before they are read.
const GUESSED: usize = 1 << 14;

struct Wrong {
    at: usize,
    message: String,
}

struct Reader<'t> {
    text: &'t str,
    skim: Skim<'t>,
    limits: Limits,
    tree: Tree,
    open: Vec<Frame>,
    /// Children of the open collections, innermost last.
    pending: Vec<u32>,
}

struct Frame {
    node: u32,
    mark: usize,
    closer: u8,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), Wrong> {
        loop {
            self.value()?;
            // After a value: what closes, then what comes next.
            loop {
                let Some(frame) = self.open.last() else { return self.end() };
                let closer = frame.closer;
                self.skim.blank();
                let at = self.skim.at;
                match self.skim.next() {
                    Some(b',') => {
                        if closer == b'}' {
                            self.key()?;
                        }
                        break;
                    }
                    Some(byte) if byte == closer => self.close()?,
                    _ => return Err(self.wrong(at, "`,` or a closing bracket")),
                }
            }
        }
    }

    /// Reads a scalar, or opens collections down to their first scalar or empty one.
    fn value(&mut self) -> Result<(), Wrong> {
        loop {
            self.skim.blank();
            let start = self.skim.at;
            let plain = match self.skim.next() {
                Some(opener @ (b'{' | b'[')) => {
                    let closer = if opener == b'{' { b'}' } else { b']' };
                    self.start(start, closer)?;
                    self.skim.blank();
                    if self.skim.peek() == Some(closer) {
                        self.skim.at += 1;
                        return self.close();
                    }
                    if closer == b'}' {
                        self.key()?;
                    }
                    continue;
                }
                Some(b'"') => return self.string(start),
                Some(b't') => self.skim.word("rue"),
                Some(b'f') => self.skim.word("alse"),
                Some(b'n') => self.skim.word("ull"),
                Some(first) => self.skim.number(first),
                None => None,
            };
            if plain.is_none() {
                return Err(self.wrong(start, "a value"));
            }
            let body = Body::Written { start: start as u32, end: self.skim.at as u32, style: Style::Plain };
            if is_infinite_number(self.text.get(start..self.skim.at).unwrap_or_default()) {
                return Err(Wrong { at: start, message: "a number too large for any field".to_owned() });
            }
            return self.push(start, body).map(|_| ());
        }
    }

    fn key(&mut self) -> Result<(), Wrong> {
        self.skim.blank();
        let start = self.skim.at;
        if self.skim.next() != Some(b'"') {
            return Err(self.wrong(start, "a key in double quotes"));
        }
        self.string(start)?;
        self.skim.blank();
        let at = self.skim.at;
        if self.skim.next() == Some(b':') { Ok(()) } else { Err(self.wrong(at, "`:`")) }
    }

    /// A string whose opening quote was just read.
    fn string(&mut self, start: usize) -> Result<(), Wrong> {
        let Some(escapes) = self.skim.string() else {
            return Err(self.wrong(start, "a string that ends, without raw control characters"));
        };
        let (from, to) = (start + 1, self.skim.at - 1);
        let body = if escapes == Escapes::Some {
            let raw = self.text.get(from..to).unwrap_or_default();
            let index = self.tree.owned.len() as u32;
            self.tree.owned.push(unescaped(raw).into_boxed_str());
            Body::Owned { index, style: Style::Quoted }
        } else {
            Body::Written { start: from as u32, end: to as u32, style: Style::Quoted }
        };
        self.push(start, body).map(|_| ())
    }

    fn start(&mut self, at: usize, closer: u8) -> Result<(), Wrong> {
        if self.open.len() >= self.limits.depth {
            let message = format!("more than {} levels of brackets", self.limits.depth);
            return Err(Wrong { at, message });
        }
        let node = self.push(at, Body::Seq { start: 0, len: 0 })?;
        self.open.push(Frame { node, mark: self.pending.len(), closer });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Wrong> {
        let Some(Frame { node, mark, closer }) = self.open.pop() else { return Ok(()) };
        let start = self.tree.children.len() as u32;
        let len = (self.pending.len() - mark) as u32;
        self.tree.children.extend(self.pending.drain(mark..));
        let body = if closer == b'}' { Body::Map { start, len: len / 2 } } else { Body::Seq { start, len } };
        if let Some(data) = self.tree.nodes.get_mut(node as usize) {
            data.span.end = self.skim.at as u32;
            data.body = body;
        }
        if closer == b'}' { self.no_key_twice(start, len) } else { Ok(()) }
    }

    fn no_key_twice(&mut self, start: u32, len: u32) -> Result<(), Wrong> {
        if self.tree.mark(start, len / 2) == Alike::None {
            return Ok(());
        }
        let keys = || self.tree.kids(start, len).iter().step_by(2).map(|id| self.tree.node(*id));
        let repeated = if len <= 32 {
            keys().enumerate().find(|(at, key)| keys().take(*at).any(|other| other.text() == key.text()))
        } else {
            let mut seen = HashSet::new();
            keys().enumerate().find(|(_, key)| !seen.insert(key.text().unwrap_or_default()))
        };
        match repeated {
            None => Ok(()),
            Some((_, key)) => Err(Wrong {
                at: key.span().start as usize,
                message: "this key stands twice in one object, remove one of them".to_owned(),
            }),
        }
    }

    fn push(&mut self, start: usize, body: Body) -> Result<u32, Wrong> {
        if self.tree.nodes.len() >= self.limits.nodes {
            let message = format!("more than {} values", self.limits.nodes);
            return Err(Wrong { at: start, message });
        }
        let id = self.tree.nodes.len() as u32;
        let parent = self.open.last().map_or(ROOT, |frame| frame.node);
        let span = Span::new(start as u32, self.skim.at as u32);
        self.tree.nodes.push(NodeData { span, parent, body, shared: false });
        if !self.open.is_empty() {
            self.pending.push(id);
        }
        Ok(id)
    }

    fn end(&mut self) -> Result<(), Wrong> {
        self.skim.blank();
        let at = self.skim.at;
        if at == self.text.len() {
            return Ok(());
        }
        Err(Wrong { at, message: "more text behind the JSON value".to_owned() })
    }

    fn wrong(&self, at: usize, expected: &str) -> Wrong {
        let message = match self.text.as_bytes().get(at) {
            Some(_) => format!("this is not JSON, expected {expected}"),
            None => format!("the text ends too early, expected {expected}"),
        };
        Wrong { at, message }
    }
}

fn is_infinite_number(text: &str) -> bool {
    let is_number = text.bytes().next().is_some_and(|byte| byte == b'-' || byte.is_ascii_digit());
    // Without an exponent it takes more digits than that.
    let may_be = text.len() > 300 || text.bytes().any(|byte| matches!(byte, b'e' | b'E'));
    is_number && may_be && (is_infinite(text) || text.parse::<f64>().is_ok_and(f64::is_infinite))
}

/// The text of a string with its escapes resolved; half a surrogate pair becomes U+FFFD, as in Go.
fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let (escape, tail) = after.split_at_checked(1).unwrap_or((after, ""));
        rest = tail;
        match escape {
            "b" => out.push('\u{8}'),
            "f" => out.push('\u{c}'),
            "n" => out.push('\n'),
            "r" => out.push('\r'),
            "t" => out.push('\t'),
            "u" => {
                let (unit, tail) = unit(rest);
                rest = tail;
                let low =
                    rest.strip_prefix("\\u").map(self::unit).filter(|_| (0xd800..0xdc00).contains(&unit));
                match low {
                    Some((low, tail)) if (0xdc00..0xe000).contains(&low) => {
                        let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                        rest = tail;
                    }
                    _ => out.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)),
                }
            }
            other => out.push_str(other),
        }
    }
    out.push_str(rest);
    out
}

fn unit(text: &str) -> (u32, &str) {
    let (digits, rest) = text.split_at_checked(4).unwrap_or((text, ""));
    (u32::from_str_radix(digits, 16).unwrap_or(0xfffd), rest)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fall over
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Tree, Problem> {
        json(&Arc::new(Source::file("t.json", text.to_owned())), Limits::default())
    }

    #[test]
    fn what_json_says_stands_in_the_tree() {
        let tree =
            read(r#" {"a": [1, -2.5e3, true, null, "x\n\u00e9\ud83d\ude00\ud800"], "b": {}, "c": [[]]} "#);
        let tree = tree.unwrap();
        let items: Vec<_> = tree.root().get("a").unwrap().items().collect();
        assert_eq!((items[0].int(), items[1].int(), items[2].bool()), (Some(1), Some(-2500), Some(true)));
        assert_eq!((items[3].kind(), items[4].str()), (crate::Kind::Null, Some("x\né😀\u{fffd}")));
        assert_eq!(items[4].parent().unwrap().key().unwrap().text(), Some("a"));
        assert_eq!(tree.root().get("c").unwrap().items().len(), 1);
        assert_eq!(tree.root().get("b").unwrap().kind(), crate::Kind::Map);
    }

    #[test]
    fn anything_else_is_refused_at_its_place() {
        for (text, at, says) in [
            ("", 0, "ends too early"),
            ("{\"a\": 1,}", 8, "a key in double quotes"),
            ("[1, 2", 5, "ends too early"),
            ("{\"a\": 1, \"a\": 2}", 9, "stands twice"),
            ("{} x", 3, "more text"),
            ("[1e999]", 1, "too large"),
            ("{\"a\": \"x", 6, "a string that ends"),
            ("{'a': 1}", 1, "a key"),
            ("[tru]", 1, "a value"),
        ] {
            let problem = read(text).unwrap_err();
            assert!(problem.message.contains(says), "{text}: {}", problem.message);
            assert_eq!(problem.span.start, at, "{text}");
        }
        let deep = "[".repeat(100_000);
        assert!(read(&deep).unwrap_err().message.contains("levels"));
    }

    #[test]
    fn a_repeated_key_among_many_is_found() {
        let keys: Vec<String> = (0..100).map(|n| format!("\"k{}\": 0", n % 99)).collect();
        assert!(read(&format!("{{{}}}", keys.join(","))).unwrap_err().message.contains("twice"));
    }
}
