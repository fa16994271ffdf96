//! Where does a JSON value end?
//!
//! kubectl reads a file that opens with `{` as JSON for as long as it is JSON, and JSON objects may
//! then follow each other without a separator. Values are read by the YAML parser all the same, unless
//! they come from a program: see [`tree`].

mod tree;

pub use tree::json;

/// The byte after the JSON value (RFC 8259) that starts at or after `at`; `None` when it is not JSON.
pub(super) fn value_end(text: &[u8], at: usize) -> Option<usize> {
    let mut skim = Skim { text, at };
    let mut open: Vec<u8> = Vec::new();
    loop {
        skim.blank();
        match skim.next()? {
            b'{' => {
                skim.blank();
                if skim.peek() == Some(b'}') {
                    skim.at += 1;
                } else {
                    skim.key()?;
                    open.push(b'}');
                    continue;
                }
            }
            b'[' => {
                skim.blank();
                if skim.peek() == Some(b']') {
                    skim.at += 1;
                } else {
                    open.push(b']');
                    continue;
                }
            }
            b'"' => drop(skim.string()?),
            b't' => skim.word("rue")?,
            b'f' => skim.word("alse")?,
            b'n' => skim.word("ull")?,
            first => skim.number(first)?,
        }
        loop {
            let Some(closer) = open.last().copied() else { return Some(skim.at) };
            skim.blank();
            match skim.next()? {
                b',' if closer == b'}' => {
                    skim.key()?;
                    break;
                }
                b',' => break,
                found if found == closer => {
                    open.pop();
                }
                _ => return None,
            }
        }
    }
}

/// The first byte at or after `at` that is no JSON white space.
pub(super) fn skip_blank(text: &[u8], at: usize) -> usize {
    let mut skim = Skim { text, at };
    skim.blank();
    skim.at
}

/// Whether the bytes of a string are not yet its text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    None,
    Some,
}

struct Skim<'t> {
    text: &'t [u8],
    at: usize,
}

impl Skim<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn key(&mut self) -> Option<()> {
        self.blank();
        (self.next()? == b'"').then_some(())?;
        self.string()?;
        self.blank();
        (self.next()? == b':').then_some(())
    }

    /// Behind the opening quote: to behind the closing one, and whether there are escapes between.
    fn string(&mut self) -> Option<Escapes> {
        let mut escapes = Escapes::None;
        loop {
            self.letters();
            match self.next()? {
                b'"' => return Some(escapes),
                b'\\' => match self.next()? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                    b'u' => {
                        for _ in 0..4 {
                            self.next()?.is_ascii_hexdigit().then_some(())?;
                        }
                    }
                    _ => return None,
                },
                0..0x20 => return None,
                _ => continue,
            }
            escapes = Escapes::Some;
        }
    }

    /// Passes over what neither ends a string nor needs a look, eight bytes at once while there are as many.
    fn letters(&mut self) {
        const EACH: u64 = 0x0101_0101_0101_0101;
        let zeros = |word: u64| word.wrapping_sub(EACH) & !word;
        while let Some(bytes) = self.text.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
            let word = u64::from_le_bytes(*bytes);
            let control = word.wrapping_sub(EACH * 0x20) & !word;
            let special =
                control | zeros(word ^ (EACH * u64::from(b'"'))) | zeros(word ^ (EACH * u64::from(b'\\')));
            // The lowest bit that is set belongs to the first such byte.
            match special & (EACH << 7) {
                0 => self.at += 8,
                found => {
                    self.at += found.trailing_zeros() as usize / 8;
                    return;
                }
            }
        }
    }

    fn word(&mut self, rest: &str) -> Option<()> {
        rest.bytes().try_for_each(|byte| (self.next()? == byte).then_some(()))
    }

    fn number(&mut self, first: u8) -> Option<()> {
        let first = if first == b'-' { self.next()? } else { first };
        match first {
            b'0' => {}
            b'1'..=b'9' => self.digits(),
            _ => return None,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.next()?.is_ascii_digit().then_some(())?;
            self.digits();
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.next()?.is_ascii_digit().then_some(())?;
            self.digits();
        }
        Some(())
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_value_ends_where_json_says() {
        let end = |text: &str| super::value_end(text.as_bytes(), 0);
        for whole in ["{}", "[ ]", r#"{"a":[1,-2.5e+3,{"b":"\u00e9\""},true,null]}"#, "0", "\"x\""] {
            assert_eq!(end(whole), Some(whole.len()), "{whole}");
            assert_eq!(end(&format!("{whole} {{")), Some(whole.len()), "{whole}");
        }
        for broken in
            ["", "{", "{a: 1}", r#"{"a":1,}"#, "[1,]", "tru", "-", "1.", r#""\q""#, "{\"a\":\"\t\"}"]
        {
            assert_eq!(end(broken), None, "{broken}");
        }
        assert_eq!(end("01"), Some(1));
    }

    #[test]
    fn every_byte_of_a_string_is_looked_at_wherever_it_stands() {
        for before in 0..20 {
            for after in 0..10 {
                let end = |byte: &str| {
                    let text = format!("\"{}{byte}{}\"", "ü".repeat(before), "~".repeat(after));
                    (super::value_end(text.as_bytes(), 0), text.len())
                };
                for letter in ["\u{7f}", "!", " ", "\\\"", "\\\\", "\u{20ac}", "\\u00e9"] {
                    let (end, len) = end(letter);
                    assert_eq!(end, Some(len), "{letter:?} after {before}");
                }
                for broken in ["\n", "\u{1f}", "\0", "\\x"] {
                    assert_eq!(end(broken).0, None, "{broken:?} after {before}");
                }
                assert_eq!(end("\"").0, Some(2 * before + 2));
            }
        }
    }
}
