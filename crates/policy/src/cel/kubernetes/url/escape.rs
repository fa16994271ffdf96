//! How is text written inside a URL?

use std::fmt::Write as _;

use crate::pod_security::go_quoted as quote;

/// Which part of a URL some text is, and so which characters stand for themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    User,
    Host,
    Zone,
    Path,
    Query,
    Fragment,
}

pub(super) fn plain(byte: u8, part: Part) -> bool {
    let others: &[u8] = match part {
        Part::User => b"-._~$&+,;=",
        Part::Host | Part::Zone => b"-._~!$&'()*+,;=:[]<>\"",
        Part::Path => b"-._~$&+,/:;=@",
        Part::Query => b"-._~",
        Part::Fragment => b"-._~$&+,/:;=?@!()*",
    };
    byte.is_ascii_alphanumeric() || others.contains(&byte)
}

pub(super) fn unescape(escaped: &str, part: Part) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        match (byte, after) {
            (b'%', &[high, low, ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let value = hex(high) << 4 | hex(low);
                let allowed = match part {
                    Part::Host => value >= 0x80 || value == b'%',
                    Part::Zone => value == b'%' || value == b' ' || plain(value, Part::Host),
                    _ => true,
                };
                if !allowed {
                    return Err(bad_escape(rest));
                }
                bytes.push(value);
                rest = after.get(2..).unwrap_or_default();
                continue;
            }
            (b'%', _) => return Err(bad_escape(rest)),
            (b'+', _) if part == Part::Query => bytes.push(b' '),
            (byte, _) if matches!(part, Part::Host | Part::Zone) && byte < 0x80 && !plain(byte, part) => {
                let shown = char::from(byte).to_string();
                return Err(format!("invalid character {} in host name", quote(&shown)));
            }
            (byte, _) => bytes.push(byte),
        }
        rest = after;
    }
    Ok(bytes)
}

fn bad_escape(rest: &[u8]) -> String {
    let shown = rest.get(..3).unwrap_or(rest);
    format!("invalid URL escape {}", quote(&text(shown)))
}

fn hex(digit: u8) -> u8 {
    char::from(digit).to_digit(16).map_or(0, |value| value as u8)
}

pub(super) fn escape(bytes: &[u8], part: Part) -> String {
    let mut escaped = String::with_capacity(bytes.len());
    for &byte in bytes {
        if plain(byte, part) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
