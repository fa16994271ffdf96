//! Brackets: where flow text ends, and the tabs in it.
//!
//! kubectl takes tabs inside brackets for blanks wherever they stand, YAML 1.2 does not where the
//! brackets stand below a block key. Pasted JSON is indented so.

/// The text with blanks for the tabs that indent lines inside the first brackets that open between
/// `from` and `tab`; of the same length. Leading blanks of a line inside brackets never have a value.
pub(super) fn respaced(text: &str, from: usize, tab: usize) -> Option<String> {
    let (open, end) = pair(text, from)?;
    let mut out = text.as_bytes().to_vec();
    let mut leading = false;
    for byte in out.get_mut(open..end).filter(|_| open < tab)? {
        match byte {
            b'\n' | b'\r' => leading = true,
            b'\t' if leading => *byte = b' ',
            b' ' => {}
            _ => leading = false,
        }
    }
    String::from_utf8(out).ok()
}

/// Where the first brackets that open at or after `from` are closed.
pub(super) fn end(text: &str, from: usize) -> Option<usize> {
    pair(text, from).map(|(_, end)| end).filter(|end| *end < text.len())
}

/// Where the first brackets open, and the byte after those that close them, or the end of the text.
fn pair(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut skim = Skim { bytes: text.as_bytes(), at: from, depth: 0 };
    let open = skim.bracket()?;
    while skim.depth > 0 && skim.bracket().is_some() {}
    Some((open, skim.at.min(text.len())))
}

/// Goes from bracket to bracket, past comments, quoted and plain text.
struct Skim<'t> {
    bytes: &'t [u8],
    at: usize,
    depth: usize,
}

impl Skim<'_> {
    /// Where the next bracket stands.
    fn bracket(&mut self) -> Option<usize> {
        let mut before = b' ';
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            match byte {
                b'[' | b'{' => self.depth += 1,
                b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                b'#' if !is_text(before) => self.pass_until(|byte| byte == b'\n'),
                // Inside plain text a quote is a character like others.
                b'"' | b'\'' if !is_text(before) => self.pass_quoted(byte),
                _ => {}
            }
            if matches!(byte, b'[' | b']' | b'{' | b'}') {
                return Some(self.at - 1);
            }
            before = byte;
        }
    }

    fn pass_quoted(&mut self, quote: u8) {
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match *byte {
                b'\\' if quote == b'"' => self.at += 1,
                byte if byte == quote => return,
                _ => {}
            }
        }
    }

    fn pass_until(&mut self, stop: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|byte| !stop(*byte)) {
            self.at += 1;
        }
    }
}

fn is_text(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !matches!(byte, b',' | b':' | b'[' | b'{')
}

#[cfg(test)]
mod tests {
    use super::{end, respaced};

    #[test]
    fn only_lines_inside_the_brackets_lose_their_tabs() {
        let text = "a: [\n\t\"]\tb\",# [\n\t{c:\td'},\n]\nb: |\n  x\n\ty\n";
        let mended = "a: [\n \"]\tb\",# [\n {c:\td'},\n]\nb: |\n  x\n\ty\n";
        assert_eq!(respaced(text, 3, 5).as_deref(), Some(mended));
        assert_eq!(respaced("a: b\n\tc\n", 0, 5), None);
    }

    #[test]
    fn brackets_end_where_they_are_closed() {
        assert_eq!(end("{a: [b, '}'], c\"d: \"]\\\"}\"}}", 0), Some(26));
        assert_eq!(end("[a", 0), None);
    }
}
