//! Are these bytes text that Kubernetes would read?
//!
//! Stricter than kubectl on purpose: it reads UTF-16, and puts U+FFFD for bytes that are not UTF-8, so
//! that what it applies is not what its author sees.

/// Why bytes are not text.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DecodeError {
    /// The line of the first bad byte, from 1, where a line can be told.
    pub line: Option<u32>,
    /// What is wrong and the way out.
    pub message: String,
}

/// The text of a file: UTF-8, with or without a byte order mark.
///
/// # Errors
/// Binary content, UTF-16, UTF-32 and invalid UTF-8 are refused with the line of the first bad byte.
pub fn decode(bytes: Vec<u8>) -> Result<String, DecodeError> {
    if let Some(encoding) = other_encoding(&bytes) {
        let message = format!("the text is {encoding}, save it as UTF-8");
        return Err(DecodeError { line: Some(1), message });
    }
    match String::from_utf8(bytes) {
        Ok(text) => match memchr::memchr(0, text.as_bytes()) {
            Some(at) => Err(binary(line_of(text.as_bytes(), at))),
            None => Ok(text),
        },
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let line = line_of(&bytes, at);
            if bytes.iter().take(4096).any(|b| *b == 0) {
                return Err(binary(line));
            }
            let byte = bytes.get(at).copied().unwrap_or_default();
            let message = format!("the text is not UTF-8: byte 0x{byte:02x} starts no character");
            Err(DecodeError { line: Some(line), message })
        }
    }
}

/// The encoding that a byte order mark names, unless it is UTF-8. That of UTF-32 begins with that of UTF-16.
fn other_encoding(bytes: &[u8]) -> Option<&'static str> {
    let is_wide = bytes.starts_with(&[0xff, 0xfe, 0, 0]) || bytes.starts_with(&[0, 0, 0xfe, 0xff]);
    let is_half = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if is_wide { Some("UTF-32") } else { is_half.then_some("UTF-16") }
}

fn binary(line: u32) -> DecodeError {
    let message = "this is a binary file: it holds bytes that no YAML or JSON text holds".to_owned();
    DecodeError { line: Some(line), message }
}

fn line_of(bytes: &[u8], at: usize) -> u32 {
    bytes.iter().take(at).filter(|b| **b == b'\n').count() as u32 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_refused_at_their_line() {
        let line = |bytes: &[u8]| decode(bytes.to_vec()).map_err(|e| e.line);
        assert_eq!(line(b"a: 1\n"), Ok("a: 1\n".to_owned()));
        assert_eq!(line("\u{feff}a: ü".as_bytes()), Ok("\u{feff}a: ü".to_owned()));
        assert_eq!(line(b"a: 1\nb: \xff\n"), Err(Some(2)));
        assert_eq!(line(b"a: 1\n\0"), Err(Some(2)));
        assert_eq!(line(b"\xff\xfea\0"), Err(Some(1)));
        let said = |bytes: &[u8]| decode(bytes.to_vec()).unwrap_err().message;
        assert_eq!(said(b"\xff\xfea\0"), "the text is UTF-16, save it as UTF-8");
        for wide in [&b"\xff\xfe\0\0a\0\0\0"[..], b"\0\0\xfe\xff\0\0\0a"] {
            assert_eq!(said(wide), "the text is UTF-32, save it as UTF-8");
        }
        assert_eq!(line(b"\x7fELF\0\xf0"), Err(Some(1)));
    }
}
