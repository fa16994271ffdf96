//! What does a value in base64 say?
//!
//! The standard alphabet of RFC 4648 with its padding, as Go's `base64.StdEncoding` reads it: for values
//! of `data` and for YAML's `!!binary`.

/// What may stand between the digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blanks {
    /// Line ends, as Go allows.
    LineEnds,
    /// Anything white: a folded value that the API refuses says the same to whoever reads it.
    Any,
}

/// The bytes; `None` when the text is no base64.
pub fn decode(text: &str, blanks: Blanks) -> Option<Vec<u8>> {
    let is_blank = |byte: &u8| match blanks {
        Blanks::LineEnds => matches!(byte, b'\n' | b'\r'),
        Blanks::Any => byte.is_ascii_whitespace(),
    };
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count, mut padding) = (0u32, 0usize, 0usize);
    for byte in text.bytes().filter(|byte| !is_blank(byte)) {
        if byte == b'=' {
            padding += 1;
            continue;
        }
        if padding > 0 {
            return None;
        }
        bits = bits << 6 | digit(byte)?;
        count += 1;
        if count.is_multiple_of(4) {
            out.extend_from_slice(&[(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
            bits = 0;
        }
    }
    match (count % 4, padding) {
        (0, 0) => {}
        (2, 2) => out.push((bits >> 4) as u8),
        (3, 1) => out.extend_from_slice(&[(bits >> 10) as u8, (bits >> 2) as u8]),
        _ => return None,
    }
    Some(out)
}

/// The same bytes as digits, with padding and without line ends.
pub fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits =
            three.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let digit = DIGITS.get((bits >> (18 - 6 * place) & 63) as usize).copied().unwrap_or(b'=');
            out.push(char::from(if place > three.len() { b'=' } else { digit }));
        }
    }
    out
}

fn digit(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::{Blanks, decode, encode};

    #[test]
    fn the_examples_of_rfc_4648_are_read_and_what_is_no_base64_is_refused() {
        for (text, bytes) in
            [("", ""), ("Zg==", "f"), ("aXQ=", "it"), ("Zm9v", "foo"), ("aGVs\r\nbG8=\n", "hello")]
        {
            assert_eq!(decode(text, Blanks::LineEnds).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(decode("/w==", Blanks::LineEnds).as_deref(), Some(&b"\xff"[..]));
        let wrong = ["Z", "Zg", "Zg=", "Zm9v=", "Zg==Zg==", "<base64>", "Zm9-", "a=Gk", "====", "???"];
        for text in wrong {
            assert_eq!(decode(text, Blanks::Any), None, "{text}");
        }
    }

    #[test]
    fn what_is_encoded_is_read_again() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("it", "aXQ="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(encode(bytes.as_bytes()), text);
        }
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(&encode(&all), Blanks::LineEnds), Some(all));
    }

    #[test]
    fn blanks_within_a_line_are_no_base64_to_go() {
        assert_eq!(decode("Zm9v\n Ym Fy\n", Blanks::LineEnds), None);
        assert_eq!(decode("Zm9v\n Ym Fy\n", Blanks::Any).as_deref(), Some(&b"foobar"[..]));
    }
}
