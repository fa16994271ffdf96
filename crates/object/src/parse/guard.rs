//! What does YAML 1.2 read that kubectl refuses, or reads as something else?

use super::build::{Builder, Bytes};
use super::{Dialect, characters, errors};
use crate::Problem;

impl Builder<'_> {
    /// Names as the reader of Kubernetes takes them; YAML 1.2 allows nearly any character.
    pub(super) fn check_anchor(&self, name: &str, bytes: Bytes) -> Result<(), Problem> {
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
            return Ok(());
        }
        let message = "kubectl refuses the anchor's name: use letters, digits, `-` and `_`".to_owned();
        Err(self.unreadable(bytes, message))
    }

    /// Refuses a mark that YAML 1.2 skips before the root, and kubectl takes for a part of it.
    pub(super) fn check_mark(&self, bytes: &Bytes) -> Result<(), Problem> {
        if !self.tree.nodes.is_empty() {
            return Ok(());
        }
        let before = self.text.get(..bytes.start).unwrap_or_default();
        let mark = before.find("\n\u{feff}").or_else(|| before.find("\r\u{feff}"));
        mark.map_or(Ok(()), |at| Err(self.unreadable(at + 1..at + 4, errors::MARK.to_owned())))
    }

    pub(super) fn check_characters(&mut self) -> Result<(), Problem> {
        if self.dialect == Dialect::Json {
            return Ok(());
        }
        let (breaks, forbidden) = characters::survey(self.text);
        self.breaks = breaks;
        forbidden.map_or(Ok(()), |(at, character)| {
            Err(self.unreadable(at..at + character.len_utf8(), characters::message(character)))
        })
    }

    /// Refuses a tab where libyaml does: before a block token that may be a key.
    pub(super) fn check_tabs(&self, bytes: &Bytes) -> Result<(), Problem> {
        let in_brackets = || self.open.last().is_some_and(|frame| frame.flow);
        if !self.has_tabs || in_brackets() || self.dialect == Dialect::Json {
            return Ok(());
        }
        let before = self.text.get(..bytes.start).unwrap_or_default();
        let margin = before.trim_end_matches([' ', '\t']);
        let tab = before.get(margin.len()..).and_then(|blanks| blanks.find('\t'));
        match tab {
            Some(tab) if margin.is_empty() || margin.ends_with(['\n', '\r', '-', '?']) => {
                let at = margin.len() + tab;
                Err(self.unreadable(at..at + 1, errors::TAB.to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a colon that only YAML 1.2 takes for the end of a key: to kubectl `[a:]` holds the text `a:`.
    pub(super) fn check_colon(&self, key: u32) -> Result<(), Problem> {
        let flow = self.open.last().is_some_and(|frame| frame.flow);
        if !flow || self.dialect == Dialect::Json || self.plain_text(key).is_none() {
            return Ok(());
        }
        let end = self.bytes_of(key).end;
        let after = self.text.get(end..).unwrap_or_default();
        let colon = end + after.len() - after.trim_start().len();
        let rest = self.text.get(colon..).and_then(|rest| rest.strip_prefix(':'));
        if rest.is_some_and(|rest| rest.starts_with([',', ']', '}', '[', '{'])) {
            return Err(self.unreadable(colon..colon + 1, errors::COLON.to_owned()));
        }
        Ok(())
    }

    /// Refuses line breaks that only kubectl sees, up to byte `end`.
    pub(super) fn check_breaks(&self, end: usize) -> Result<(), Problem> {
        match self.breaks.first_before(end) {
            Some(at) => {
                let character = self.text[at..].chars().next().unwrap_or_default();
                Err(self.unreadable(at..at + character.len_utf8(), characters::message(character)))
            }
            None => Ok(()),
        }
    }
}
