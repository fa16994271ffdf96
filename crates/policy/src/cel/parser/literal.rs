//! What value does a literal stand for?

use super::{ExprId, Parser, Token, TokenKind};
use crate::cel::syntax::{Expr, Literal};

impl Parser<'_, '_> {
    /// The value of a literal word, with the sign before it.
    pub(super) fn literal(&mut self, at: u32, sign: &str, token: &Token<'_>) -> ExprId {
        let text = token.text;
        let read = match token.kind {
            TokenKind::Int => int(sign, text).map(Literal::Int).ok_or("invalid int literal"),
            TokenKind::Uint => uint(text).map(Literal::Uint).ok_or("invalid uint literal"),
            TokenKind::Float => double(sign, text).map(Literal::Double).ok_or("invalid double literal"),
            TokenKind::Str => unquote(text, Quoted::Text)
                .map(|bytes| Literal::String(String::from_utf8_lossy(&bytes).into_owned())),
            _ => unquote(text.get(1..).unwrap_or_default(), Quoted::Bytes).map(Literal::Bytes),
        };
        match read {
            Ok(value) => self.node(at, Expr::Literal(value)),
            Err(message) => self.broken(at, message),
        }
    }
}

fn int(sign: &str, text: &str) -> Option<i64> {
    match text.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(&format!("{sign}{hex}"), 16).ok(),
        None => format!("{sign}{text}").parse().ok(),
    }
}

fn uint(text: &str) -> Option<u64> {
    let text = text.trim_end_matches(['u', 'U']);
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

fn double(sign: &str, text: &str) -> Option<f64> {
    format!("{sign}{text}").parse().ok().filter(|value: &f64| value.is_finite())
}

#[derive(Clone, Copy, PartialEq)]
enum Quoted {
    Text,
    Bytes,
}

const CANNOT: &str = "unable to unescape string";

/// The bytes between the quotes, escape sequences resolved.
fn unquote(text: &str, quoted: Quoted) -> Result<Vec<u8>, &'static str> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let (raw, text) = match text.strip_prefix(['r', 'R']) {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    let inner = ["\"\"\"", "'''", "\"", "'"]
        .iter()
        .find_map(|quote| {
            let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
            Some(inner)
        })
        .ok_or(CANNOT)?;
    if raw || !inner.contains('\\') {
        return Ok(inner.as_bytes().to_vec());
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.extend_from_slice(plain.as_bytes());
        let length = unescape(escape, quoted, &mut out)?;
        rest = escape.get(length..).ok_or(CANNOT)?;
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(out)
}

/// Writes what stands behind a backslash; how many bytes of text it took.
fn unescape(text: &str, quoted: Quoted, out: &mut Vec<u8>) -> Result<usize, &'static str> {
    let first = text.bytes().next().ok_or("unable to unescape string, found '\\' as last character")?;
    let plain = match first {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' | b'\'' | b'"' | b'`' | b'?' => first,
        b'x' | b'X' => return code(text, 1, 2, 16, quoted, out),
        b'u' if quoted == Quoted::Text => return code(text, 1, 4, 16, quoted, out),
        b'U' if quoted == Quoted::Text => return code(text, 1, 8, 16, quoted, out),
        b'0'..=b'3' => return code(text, 0, 3, 8, quoted, out),
        _ => return Err(CANNOT),
    };
    out.push(plain);
    Ok(1)
}

/// Writes a character, or for bytes one byte, given by its number.
fn code(
    text: &str,
    start: usize,
    length: usize,
    radix: u32,
    quoted: Quoted,
    out: &mut Vec<u8>,
) -> Result<usize, &'static str> {
    let digits = text.get(start..start + length).ok_or(CANNOT)?;
    let number = u32::from_str_radix(digits, radix).map_err(|_| CANNOT)?;
    if quoted == Quoted::Bytes {
        out.push(u8::try_from(number).map_err(|_| CANNOT)?);
    } else {
        let c = char::from_u32(number).ok_or("invalid unicode code point")?;
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Ok(start + length)
}
