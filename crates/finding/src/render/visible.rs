//! Which characters must not reach a terminal as they are?
//!
//! File names and YAML values come from strangers. An escape sequence in one of them can rewrite what the
//! report said above it, a bidirectional override makes it read differently from what it says
//! (CVE-2021-42574), a line feed forges a line of the report.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with every character that acts rather than shows spelled out: `\u{1b}`, `\n`.
pub fn visible(text: &str) -> Cow<'_, str> {
    // Most texts are plain ASCII, which is told by a look at the bytes.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if acts(c) {
            let _ = write!(out, "{}", c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Control characters, and those that change the direction or the breaking of what stands around them.
pub(super) fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_acts_on_a_terminal_is_spelled_out_and_the_rest_stays() {
        assert_eq!(visible("web-ü-网"), "web-ü-网");
        assert_eq!(visible("a\u{1b}[31m\n\u{9b}b\u{202e}"), "a\\u{1b}[31m\\n\\u{9b}b\\u{202e}");
    }
}
