//! Which characters does `[a-z\d]` stand for?

use std::str::Chars;

/// A set in brackets.
pub(super) struct Class {
    negated: bool,
    /// Its parts, as they are written in our engine's brackets.
    items: Vec<String>,
}

impl Class {
    /// Reads on after the opening bracket.
    pub(super) fn read(rest: &mut Chars<'_>) -> Result<Self, String> {
        let whole = rest.as_str();
        let mut class = Self { negated: false, items: Vec::new() };
        if rest.as_str().starts_with('^') {
            rest.next();
            class.negated = true;
        }
        let mut first = true;
        loop {
            if rest.as_str().is_empty() {
                return Err(format!("missing closing ]: `[{whole}`"));
            }
            if !first && rest.as_str().starts_with(']') {
                rest.next();
                return Ok(class);
            }
            first = false;
            class.items.push(item(rest)?);
        }
    }

    pub(super) fn written(&self) -> String {
        format!("[{}{}]", if self.negated { "^" } else { "" }, self.items.concat())
    }
}

fn item(rest: &mut Chars<'_>) -> Result<String, String> {
    if let Some(named) = rest.as_str().strip_prefix("[:")
        && let Some((name, after)) = named.split_once(":]")
    {
        let plain = name.strip_prefix('^').unwrap_or(name);
        if !NAMED.contains(&plain) {
            return Err(format!("invalid character class range: `[:{name}:]`"));
        }
        *rest = after.chars();
        return Ok(format!("[:{name}:]"));
    }
    if let Some(escaped) = rest.as_str().strip_prefix('\\') {
        let mut ahead = escaped.chars();
        if let Some(set) = set(&mut ahead)? {
            *rest = ahead;
            return Ok(set);
        }
    }
    let start = rest.as_str();
    let low = member(rest)?;
    let mut ahead = rest.clone();
    if ahead.next() == Some('-') && !matches!(ahead.clone().next(), None | Some(']')) {
        *rest = ahead;
        let high = member(rest)?;
        if high < low {
            let range = start.strip_suffix(rest.as_str()).unwrap_or(start);
            return Err(format!("invalid character class range: `{range}`"));
        }
        return Ok(format!("{}-{}", escaped(low), escaped(high)));
    }
    Ok(escaped(low))
}

const NAMED: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

fn member(rest: &mut Chars<'_>) -> Result<char, String> {
    match rest.next() {
        Some('\\') => character(rest),
        Some(c) => Ok(c),
        None => Err("missing closing ]: `[`".to_owned()),
    }
}

/// A set that an escape stands for; leaves the rest alone if it is none.
pub(super) fn set(rest: &mut Chars<'_>) -> Result<Option<String>, String> {
    let mut ahead = rest.clone();
    let written = match ahead.next() {
        Some('d') => "[0-9]".to_owned(),
        Some('D') => "[^0-9]".to_owned(),
        Some('s') => "[\\t\\n\\f\\r ]".to_owned(),
        Some('S') => "[^\\t\\n\\f\\r ]".to_owned(),
        Some('w') => "[0-9A-Za-z_]".to_owned(),
        Some('W') => "[^0-9A-Za-z_]".to_owned(),
        Some(letter @ ('p' | 'P')) => property(letter, &mut ahead)?,
        _ => return Ok(None),
    };
    *rest = ahead;
    Ok(Some(written))
}

/// `\pL`, `\p{Greek}`, `\p{^Greek}`.
fn property(letter: char, rest: &mut Chars<'_>) -> Result<String, String> {
    let wrong = |name: &str| format!("invalid character class range: `\\{letter}{name}`");
    let (name, after) = match rest.as_str().strip_prefix('{') {
        Some(braced) => braced.split_once('}').ok_or_else(|| wrong(rest.as_str()))?,
        None => rest.as_str().split_at(rest.as_str().chars().next().map_or(0, char::len_utf8)),
    };
    let (plain, negated) = name.strip_prefix('^').map_or((name, false), |plain| (plain, true));
    let fine = !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_alphanumeric() || b"_- ".contains(&b));
    let written = format!("\\{}{{{plain}}}", if negated == (letter == 'p') { 'P' } else { 'p' });
    if !fine || regex::Regex::new(&written).is_err() {
        return Err(wrong(&format!("{{{name}}}")));
    }
    *rest = after.chars();
    Ok(written)
}

/// The character that an escape stands for, read after the backslash.
pub(super) fn character(rest: &mut Chars<'_>) -> Result<char, String> {
    let c = rest.next().ok_or("trailing backslash at end of expression: ``")?;
    let wrong = || format!("invalid escape sequence: `\\{c}`");
    match c {
        '0'..='7' => {
            if c != '0' && !rest.as_str().starts_with(|next| ('0'..='7').contains(&next)) {
                return Err(wrong()); // a reference to a group
            }
            let mut value = c.to_digit(8).unwrap_or_default();
            for _ in 0..2 {
                let Some(digit) = rest.as_str().chars().next().and_then(|next| next.to_digit(8)) else {
                    break;
                };
                value = value * 8 + digit;
                rest.next();
            }
            char::from_u32(value).ok_or_else(wrong)
        }
        'x' => {
            let digits = if let Some(braced) = rest.as_str().strip_prefix('{') {
                let (digits, after) = braced.split_once('}').ok_or_else(wrong)?;
                *rest = after.chars();
                digits
            } else {
                let (digits, after) = rest.as_str().split_at_checked(2).ok_or_else(wrong)?;
                *rest = after.chars();
                digits
            };
            let hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
            let value = u32::from_str_radix(digits, 16).ok().filter(|_| hexadecimal);
            value.and_then(char::from_u32).ok_or_else(wrong)
        }
        'a' => Ok('\u{7}'),
        'f' => Ok('\u{c}'),
        'n' => Ok('\n'),
        'r' => Ok('\r'),
        't' => Ok('\t'),
        'v' => Ok('\u{b}'),
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(c),
        _ => Err(wrong()),
    }
}

/// A character that stands for itself, inside brackets and outside.
pub(super) fn escaped(c: char) -> String {
    if c.is_alphanumeric() { c.to_string() } else { format!("\\x{{{:x}}}", u32::from(c)) }
}
