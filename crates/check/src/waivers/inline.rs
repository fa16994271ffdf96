//! Which comments accept a finding, and what do they cover?
//!
//! `# cofferdam: allow(<id>[, <id>]): <reason>` behind a value covers findings that start on that line.
//! In a block of comment lines directly above a line it covers that line, and the whole of the key or
//! list item that begins there.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use finding::{Source, Span, Waived, WaivedBy};
use memchr::memmem;
use object::{Limits, Node, comments, documents};

use crate::credential::{without_credentials, words_with_shape};

use super::{Covers, Waiver, Waivers, check_to_waive, complaint};

/// What every waiver comment holds; a text without it is not read again.
const MARK: &str = "cofferdam:";
/// Words people write by analogy with other tools.
const NEAR: [&str; 5] = ["ignore", "disable", "skip", "waive", "accept"];
const FORM: &str = "write `# cofferdam: allow(<id>): <reason>`";

pub(super) fn read(source: &Arc<Source>) -> Waivers {
    let mut out = Waivers::default();
    if memmem::find(source.text().as_bytes(), MARK.as_bytes()).is_none() {
        return out;
    }
    let trees = documents(source, Limits::default()).trees;
    let comments = comments(source, &trees);
    let mut text = Text::new(source, &comments);
    for tree in &trees {
        text.collect_ends(tree.root());
    }
    for comment in comments {
        let Some(start) = text.waiver_in(comment) else { continue };
        let at = |range: Range<usize>| {
            Span::new(comment.start + range.start as u32, comment.start + range.end as u32)
        };
        let credentials = words_with_shape(source.slice(comment)).map(at);
        out.hidden.extend(credentials.map(|span| (Arc::clone(source), span)));
        let broken_before = out.broken.len();
        match Words::parse(source.slice(Span::new(start, comment.end))) {
            None => {}
            Some(Err(why)) => out.broken.push(complaint(source, comment, why)),
            Some(Ok(words)) => text.take(&words, start, comment, &mut out),
        }
        if out.broken.len() > broken_before {
            out.hidden.push((Arc::clone(source), behind(source, start, comment)));
        }
    }
    out
}

/// What follows the parentheses of a waiver; where there are none, all of its words.
fn behind(source: &Source, start: u32, comment: Span) -> Span {
    let words = source.slice(Span::new(start, comment.end));
    let list = words.find(')').map_or(0, |at| at + 1);
    Span::new(start + list as u32, comment.end)
}

/// What a waiver comment says after its mark; the ids with where they start in it.
struct Words<'t> {
    ids: Vec<(usize, &'t str)>,
    reason: &'t str,
}

impl<'t> Words<'t> {
    /// `None` for prose that only looks like a beginning.
    fn parse(text: &'t str) -> Option<Result<Self, String>> {
        let said = text.trim_start();
        let word_end = said.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(said.len());
        let (word, rest) = said.split_at(word_end);
        if NEAR.contains(&word) && rest.trim_start().starts_with('(') {
            return Some(Err(format!("`{word}` is not understood: {FORM}")));
        }
        if word != "allow" {
            return None;
        }
        let inside = rest.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let Some((list, after)) = inside else {
            return Some(Err(format!("the waiver names no check: {FORM}")));
        };
        let mut at = text.len() - after.len() - 1 - list.len();
        let mut ids = Vec::new();
        for id in list.split(',') {
            let blanks = id.len() - id.trim_start().len();
            ids.push((at + blanks, id.trim()));
            at += id.len() + 1;
        }
        let reason = after.trim_start().strip_prefix(':').unwrap_or_default().trim();
        if ids.iter().any(|(_, id)| id.is_empty()) {
            return Some(Err(format!("the waiver names no check: {FORM}")));
        }
        if reason.is_empty() {
            return Some(Err(format!("the waiver gives no reason and waives nothing: {FORM}")));
        }
        Some(Ok(Self { ids, reason }))
    }
}

/// A text and its comment lines.
struct Text<'s> {
    source: &'s Arc<Source>,
    /// Lines that hold a comment and nothing else, each with the first one below it that holds something else.
    alone: HashMap<u32, u32>,
    /// Where the last of the keys and list items ends that begin in a line.
    ends: HashMap<u32, u32>,
}

impl<'s> Text<'s> {
    fn new(source: &'s Arc<Source>, comments: &[Span]) -> Self {
        let mut text = Self { source, alone: HashMap::new(), ends: HashMap::new() };
        let is_alone = |comment: &Span, line: u32| {
            let before = source.text().get(text.bytes(line).start..comment.start as usize);
            before.is_some_and(|before| before.trim_start_matches('\u{feff}').trim().is_empty())
        };
        let lines = comments.iter().map(|comment| (comment, text.line_of(comment.start)));
        let mut alone: Vec<u32> =
            lines.filter(|(comment, line)| is_alone(comment, *line)).map(|(_, line)| line).collect();
        alone.sort_unstable();
        for line in alone.into_iter().rev() {
            let below = text.alone.get(&(line + 1)).copied().unwrap_or(line + 1);
            text.alone.insert(line, below);
        }
        text
    }

    /// Notes where each key with its value and each list item goes; copies of anchors stand elsewhere.
    fn collect_ends(&mut self, node: Node<'_>) {
        for (key, value) in node.entries().filter(|(key, _)| !key.is_shared()) {
            let end = if value.is_shared() { key.span().end } else { value.span().end };
            self.note(key.span().start, end.max(key.span().end));
            self.collect_ends(value);
        }
        for item in node.items().filter(|item| !item.is_shared()) {
            self.note(item.span().start, item.span().end);
            self.collect_ends(item);
        }
    }

    fn note(&mut self, start: u32, end: u32) {
        let last = self.ends.entry(self.source.position(start).line).or_default();
        *last = end.max(*last);
    }

    /// Where a waiver's words start in a comment; other words and another `#` may stand before them.
    fn waiver_in(&self, comment: Span) -> Option<u32> {
        let text = self.source.slice(comment);
        let marks = text.match_indices('#').filter_map(|(at, _)| {
            // Quoted, as in the text of a message, it is no waiver.
            let begins = at == 0 || text.get(..at)?.ends_with([' ', '\t', '#']);
            let words = text.get(at + 1..)?.trim_start().strip_prefix(MARK)?;
            begins.then_some(text.len() - words.len())
        });
        marks.into_iter().next().map(|at| comment.start + at as u32)
    }

    /// Turns the words of one comment into waivers, one for each check.
    fn take(&self, words: &Words<'_>, start: u32, comment: Span, out: &mut Waivers) {
        let Some(covered) = self.covered(comment) else {
            let message = "the waiver stands above nothing: put it directly above the line it is about";
            out.broken.push(complaint(self.source, comment, message.to_owned()));
            return;
        };
        for (at, id) in &words.ids {
            let span = Span::new(start + *at as u32, start + (*at + id.len()) as u32);
            match check_to_waive(id) {
                Ok(check) => out.list.push(Waiver {
                    check,
                    covers: Covers::Text(covered),
                    waived: Waived {
                        reason: without_credentials(words.reason.to_owned()),
                        by: WaivedBy::Comment,
                        owner: None,
                        expires: None,
                    },
                    source: Arc::clone(self.source),
                    span,
                    expired: None,
                }),
                Err(why) => out.broken.push(complaint(self.source, span, without_credentials(why))),
            }
        }
    }

    /// What a waiver in this comment covers; `None` when nothing stands below it.
    fn covered(&self, comment: Span) -> Option<Span> {
        let own = self.line_of(comment.start);
        let below = self.alone.get(&own).copied();
        let line = below.unwrap_or(own);
        let bytes = self.bytes(line);
        let content = self.source.text().get(bytes.clone()).unwrap_or_default().trim();
        if content.is_empty() || content.starts_with("---") {
            return None;
        }
        let end = self.ends.get(&line).copied().filter(|_| below.is_some()).unwrap_or_default();
        Some(Span::new(bytes.start as u32, end.max(bytes.end as u32)))
    }

    fn line_of(&self, offset: u32) -> u32 {
        self.source.position(offset).line
    }

    fn bytes(&self, line: u32) -> Range<usize> {
        self.source.lines(line, line)
    }
}

#[cfg(test)]
mod tests;
