//! How does the YAML scanner get at the text?
//!
//! By byte index. The scanner's own `StrInput` cuts a new slice for every character it steps over, and most
//! characters of a manifest are indentation: this is a tenth of its work. What is rare is left to the trait.

use std::ops::Range;

use granit_parser::input::{SkipTabs, WhitespaceResult};
use granit_parser::{BorrowedInput, Input};

/// A text and how much of it the scanner has taken.
pub(super) struct Feed<'t> {
    text: &'t str,
    at: usize,
    /// What the scanner asked to see ahead; all of it is there.
    ahead: usize,
}

/// The scanner's lines are as long as this at most before it asks again; any figure will do.
const AHEAD: usize = 128;

impl<'t> Feed<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, ahead: 0 }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn chars(&self) -> std::str::Chars<'t> {
        self.text.get(self.at..).unwrap_or_default().chars()
    }

    /// Takes so many bytes; they end where a character does.
    fn take(&mut self, length: usize) -> &'t str {
        let range: Range<usize> = self.at..self.at + length;
        self.at = range.end;
        self.text.get(range).unwrap_or_default()
    }

    /// Takes bytes as long as they are `wanted`.
    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !wanted(*byte)).unwrap_or(rest.len());
        self.at += length;
        length
    }

    /// The bytes and the characters of plain text up to where it may end.
    fn plain_text(&self, in_brackets: bool) -> (usize, usize) {
        let ends = if in_brackets { BLANK | BRACKET } else { BLANK };
        let rest = self.rest();
        let mut inner = 0;
        for (length, byte) in rest.iter().enumerate() {
            let class = class(*byte);
            if class == TEXT {
                continue;
            }
            let after_colon = || rest.get(length + 1).is_none_or(|next| class_in(*next, ends));
            if class & ends != 0 || class == COLON && after_colon() {
                return (length, length - inner);
            }
            inner += usize::from(class == INNER);
        }
        (rest.len(), rest.len() - inner)
    }
}

const TEXT: u8 = 0;
const BLANK: u8 = 1;
const BRACKET: u8 = 2;
const COLON: u8 = 4;
/// Bytes of a character after its first.
const INNER: u8 = 8;

/// What a byte may mean to plain text.
const CLASSES: [u8; 256] = {
    let mut classes = [TEXT; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | 0 => BLANK,
            b',' | b'[' | b']' | b'{' | b'}' => BRACKET,
            b':' => COLON,
            0x80..=0xbf => INNER,
            _ => TEXT,
        };
        byte += 1;
    }
    classes
};

fn class(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

fn class_in(byte: u8, classes: u8) -> bool {
    class(byte) & classes != 0
}

/// YAML 1.2, 5.1, without line ends.
fn is_in_line(character: char) -> bool {
    matches!(character, '\t' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

impl Input for Feed<'_> {
    #[inline]
    fn lookahead(&mut self, count: usize) {
        self.ahead = self.ahead.max(count);
    }

    #[inline]
    fn buflen(&self) -> usize {
        self.ahead
    }

    #[inline]
    fn bufmaxlen(&self) -> usize {
        AHEAD
    }

    fn raw_read_ch(&mut self) -> char {
        let character = self.peek();
        self.skip();
        character
    }

    fn raw_read_non_breakz_ch(&mut self) -> Option<char> {
        if self.next_is_breakz() { None } else { Some(self.raw_read_ch()) }
    }

    #[inline]
    fn skip(&mut self) {
        match self.byte() {
            Some(0..0x80) => self.at += 1,
            Some(_) => self.at += self.chars().next().map_or(1, char::len_utf8),
            None => {}
        }
    }

    fn skip_n(&mut self, count: usize) {
        (0..count).for_each(|_| self.skip());
    }

    #[inline]
    fn peek(&self) -> char {
        match self.byte() {
            Some(byte @ 0..0x80) => char::from(byte),
            Some(_) => self.chars().next().unwrap_or('\0'),
            None => '\0',
        }
    }

    #[inline]
    fn peek_nth(&self, n: usize) -> char {
        match self.rest() {
            [0..0x80, byte @ 0..0x80, ..] if n == 1 => char::from(*byte),
            _ => self.chars().nth(n).unwrap_or('\0'),
        }
    }

    #[inline]
    fn byte_offset(&self) -> Option<usize> {
        Some(self.at)
    }

    #[inline]
    fn slice_bytes(&self, start: usize, end: usize) -> Option<&str> {
        self.text.get(start..end)
    }

    #[inline]
    fn next_2_are(&self, c1: char, c2: char) -> bool {
        self.peek() == c1 && self.peek_nth(1) == c2
    }

    #[inline]
    fn next_3_are(&self, c1: char, c2: char, c3: char) -> bool {
        self.next_2_are(c1, c2) && self.peek_nth(2) == c3
    }

    #[inline]
    fn next_is_document_indicator(&self) -> bool {
        self.next_is_document_start() || self.next_is_document_end()
    }

    #[inline]
    fn next_is_document_start(&self) -> bool {
        is_mark(self.rest(), b"---")
    }

    #[inline]
    fn next_is_document_end(&self) -> bool {
        is_mark(self.rest(), b"...")
    }

    fn skip_ws_to_eol_blanks(&mut self, skip_tabs: SkipTabs) -> (usize, WhitespaceResult) {
        let start = self.at;
        let (mut tabs, mut blanks) = (false, false);
        loop {
            match self.byte() {
                Some(b' ') => blanks = true,
                Some(b'\t') if skip_tabs == SkipTabs::Yes => tabs = true,
                _ => return (self.at - start, WhitespaceResult::new(tabs, blanks)),
            }
            self.at += 1;
        }
    }

    #[inline]
    fn next_can_be_plain_scalar(&self, in_brackets: bool) -> bool {
        let ends = if in_brackets { BLANK | BRACKET } else { BLANK };
        match self.byte() {
            Some(b':') => !self.rest().get(1).is_none_or(|next| class_in(*next, ends)),
            Some(byte) => !(in_brackets && class_in(byte, BRACKET)),
            None => true,
        }
    }

    #[inline]
    fn next_is_blank_or_break(&self) -> bool {
        matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r'))
    }

    #[inline]
    fn next_is_blank_or_breakz(&self) -> bool {
        self.byte().is_none_or(|byte| class_in(byte, BLANK))
    }

    #[inline]
    fn next_is_blank(&self) -> bool {
        matches!(self.byte(), Some(b' ' | b'\t'))
    }

    #[inline]
    fn next_is_break(&self) -> bool {
        matches!(self.byte(), Some(b'\n' | b'\r'))
    }

    #[inline]
    fn next_is_breakz(&self) -> bool {
        matches!(self.byte(), None | Some(b'\n' | b'\r' | 0))
    }

    #[inline]
    fn next_is_z(&self) -> bool {
        self.byte().is_none()
    }

    fn skip_while_non_breakz(&mut self) -> usize {
        let mut count = 0;
        loop {
            count += self.take_while(|byte| matches!(byte, b'\t' | b' '..=b'~'));
            if self.byte().is_none_or(|byte| byte < 0x80) || !is_in_line(self.peek()) {
                return count;
            }
            self.skip();
            count += 1;
        }
    }

    fn skip_while_blank(&mut self) -> usize {
        self.take_while(|byte| matches!(byte, b' ' | b'\t'))
    }

    fn fetch_block_scalar_line(&mut self, out: &mut String) -> usize {
        let rest = self.rest();
        let length = memchr::memchr3(b'\n', b'\r', 0, rest).unwrap_or(rest.len());
        let line = self.take(length);
        out.push_str(line);
        line.chars().count()
    }

    fn take_quoted_scalar_ascii_chunk(&mut self, single: bool) -> &str {
        let start = self.at;
        self.take_while(|byte| match byte {
            b'\'' => !single,
            b'"' | b'\\' => single,
            _ => byte.is_ascii_graphic(),
        });
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn fetch_plain_scalar_chunk(&mut self, out: &mut String, _: usize, in_brackets: bool) -> (bool, usize) {
        let (length, count) = self.plain_text(in_brackets);
        out.push_str(self.take(length));
        (true, count)
    }

    fn skip_plain_scalar_chunk(&mut self, _: usize, in_brackets: bool) -> (bool, usize) {
        let (length, count) = self.plain_text(in_brackets);
        self.at += length;
        (true, count)
    }
}

impl<'t> BorrowedInput<'t> for Feed<'t> {
    #[inline]
    fn slice_borrowed(&self, start: usize, end: usize) -> Option<&'t str> {
        self.text.get(start..end)
    }
}

/// Whether a mark stands here with nothing or a blank behind it.
fn is_mark(rest: &[u8], mark: &[u8]) -> bool {
    rest.strip_prefix(mark).is_some_and(|behind| behind.first().is_none_or(|byte| class_in(*byte, BLANK)))
}

#[cfg(test)]
mod tests {
    use granit_parser::{Parser, options};

    use super::Feed;

    /// Every event with its span, up to the first error.
    fn events<'t, I: granit_parser::BorrowedInput<'t>>(input: I) -> Vec<String> {
        let mut parser = Parser::with_options(input, options! { emit_comments: false });
        let next = || parser.next_event().map(|event| format!("{event:?}"));
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn the_scanner_reads_the_same_as_from_its_own_input() {
        let texts = [
            "a: 1\nb:\n  - c: d e  # f\n  - 'g''h'\n  - \"i\\tj\\u00fc k\"\n",
            "ä: ö ü\nü: [ä, b:c, {d: e}, 'f ü', \"ü\\\"g\" ]\n€€: 🦀 x\n",
            "a: |\n  ä b\n\n   c\t\n  d\r\n  e\nf: >-\n  g\n  h\n\n\n",
            "a:\tb\nc: d\te \t# ü comment €\n#ü\n# \u{85} x\u{7f}y\n",
            "a: b\r\nc:\r\n  d: 'e\r\n   f'\r\n",
            "\u{feff}a: b\n--- # c\n---x: 1\n...\n... d\n",
            "a: b: c\n",
            "a:\n\tb: c\n",
            "a: [b, c\n",
            "? a\n: b\n? [c]\n: - d\n",
            "a::b: c:\nd: e#f #g\n:h: i\n-j: -k\n[a:]: b\n",
            "&a b: *a\n!!str c: !d e\n<<: *a\n",
            "%YAML 1.2\n---\na\n",
            "{\"a\":\"b\\ud83e\\udd80\",\"c\":[1,-2,true,null]}",
            "a: b\u{2028}c\nd: \"\u{85}\u{2029} e\"\n",
            "a: \"b\n\n  ü c\\\n  d\"\n",
            "-",
            "a: ",
            ":",
            "",
        ];
        for text in texts {
            assert_eq!(events(Feed::new(text)), events(granit_parser::StrInput::new(text)), "{text:?}");
            for (end, _) in text.char_indices() {
                let part = &text[..end];
                assert_eq!(events(Feed::new(part)), events(granit_parser::StrInput::new(part)), "{part:?}");
            }
        }
    }
}
