//! What does a tag make of a scalar?
//!
//! As go.yaml.in/yaml/v2 has it: the tags of YAML's own types convert or refuse, any other makes a
//! string. Tags of lists and mappings mean nothing.

use std::borrow::Cow;

use granit_parser::Tag;

use crate::Scalar;
use crate::tree::Style;

/// The text of a tagged scalar and how to read it, or why there is no way to.
pub(super) fn apply<'v>(tag: &Tag, value: Cow<'v, str>) -> Result<(Cow<'v, str>, Style), String> {
    let tag = tag.suffix_in_namespace("tag:yaml.org,2002:");
    let scalar = Scalar::of_plain(&value);
    let fits = match tag.as_deref() {
        Some("int") => matches!(scalar, Scalar::Int(_)),
        Some("float") => matches!(scalar, Scalar::Int(_) | Scalar::Float(_)),
        Some("bool") => matches!(scalar, Scalar::Bool(_)),
        Some("null") => scalar == Scalar::Null,
        Some("merge") if value == "<<" => true,
        Some("binary") => {
            let bytes = base64(&value).ok_or("a text tagged `!!binary` that is not base64")?;
            return Ok((Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()), Style::Quoted));
        }
        Some("timestamp") if !value.starts_with(|c: char| c.is_ascii_digit()) => false,
        _ => return Ok((value, Style::Quoted)),
    };
    if fits {
        return Ok((value, Style::Plain));
    }
    Err(format!("`{value}` is tagged `!!{}` and is none", tag.unwrap_or_default()))
}

/// Standard base64 with padding; line ends may stand anywhere.
fn base64(text: &str) -> Option<Vec<u8>> {
    let symbols: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let padding = symbols.iter().rev().take_while(|byte| **byte == b'=').count();
    if !symbols.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(symbols.len() / 4 * 3);
    for group in symbols.as_chunks::<4>().0 {
        let mut bits = 0;
        for symbol in group {
            bits = bits << 6 | sextet(*symbol)?;
        }
        bytes.extend([(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
    }
    // `=` counts as zero bits, but nowhere else than at the end.
    let inside = symbols.len() - padding;
    let misplaced = symbols.iter().take(inside).any(|byte| *byte == b'=');
    bytes.truncate(bytes.len() - padding.min(bytes.len()));
    (!misplaced).then_some(bytes)
}

fn sextet(symbol: u8) -> Option<u32> {
    Some(u32::from(match symbol {
        b'A'..=b'Z' => symbol - b'A',
        b'a'..=b'z' => symbol - b'a' + 26,
        b'0'..=b'9' => symbol - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        b'=' => 0,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_needs_its_padding() {
        assert_eq!(base64("aGk=").as_deref(), Some(&b"hi"[..]));
        assert_eq!(base64("aGVs\nbG8=\n").as_deref(), Some(&b"hello"[..]));
        assert_eq!(base64("/w==").as_deref(), Some(&b"\xff"[..]));
        assert_eq!(base64("").as_deref(), Some(&b""[..]));
        for wrong in ["aGk", "aG k=", "???", "a=Gk", "====", "aGk=aGk="] {
            assert_eq!(base64(wrong), None, "{wrong}");
        }
    }
}
