//! `format`: what does `%s`, `%.2f`, `%x` make of a value?

use crate::cel::types::Type;
use crate::cel::{Error, Map, Value};

/// A part of a format string.
#[derive(Debug, PartialEq)]
pub(in crate::cel) enum Segment<'t> {
    Text(&'t str),
    Clause(Clause),
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::cel) enum Clause {
    String,
    Decimal,
    Fixed(Precision),
    Scientific(Precision),
    Binary,
    Hex,
    UpperHex,
    Octal,
}

/// Digits behind the point.
pub(in crate::cel) type Precision = usize;

const DEFAULT_PRECISION: Precision = 6;
/// Most digits behind the point: more than any double has, so that the rest is zeros.
const MOST_DIGITS: Precision = 1100;

/// Takes a format string apart.
///
/// A problem comes as the last element, so that the clauses before it are looked at first, as the API server does.
pub(in crate::cel) fn segments(text: &str) -> Vec<Result<Segment<'_>, String>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, after) = rest.split_at(at);
        if !before.is_empty() {
            found.push(Ok(Segment::Text(before)));
        }
        let after = after.get(1..).unwrap_or_default();
        if let Some(tail) = after.strip_prefix('%') {
            found.push(Ok(Segment::Text("%")));
            rest = tail;
            continue;
        }
        match clause(after) {
            Ok((clause, tail)) => {
                found.push(Ok(Segment::Clause(clause)));
                rest = tail;
            }
            Err(message) => {
                found.push(Err(message));
                return found;
            }
        }
    }
    if !rest.is_empty() {
        found.push(Ok(Segment::Text(rest)));
    }
    found
}

fn clause(text: &str) -> Result<(Clause, &str), String> {
    if text.is_empty() {
        return Err("unexpected end of string".to_owned());
    }
    let (precision, text) = precision(text)?;
    let mut chars = text.chars();
    let clause = match chars.next() {
        Some('s') => Clause::String,
        Some('d') => Clause::Decimal,
        Some('f') => Clause::Fixed(precision),
        Some('e') => Clause::Scientific(precision),
        Some('b') => Clause::Binary,
        Some('x') => Clause::Hex,
        Some('X') => Clause::UpperHex,
        Some('o') => Clause::Octal,
        other => {
            let c = other.unwrap_or(' ');
            return Err(format!("could not parse formatting clause: unrecognized formatting clause \"{c}\""));
        }
    };
    Ok((clause, chars.as_str()))
}

fn precision(text: &str) -> Result<(Precision, &str), String> {
    const BEFORE: &str = "could not parse formatting clause: error while parsing precision";
    let Some(rest) = text.strip_prefix('.') else { return Ok((DEFAULT_PRECISION, text)) };
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = rest.split_at(length);
    if rest.is_empty() {
        return Err(format!("{BEFORE}: could not find end of precision specifier"));
    }
    let precision = digits.parse().map_err(|_| {
        format!("{BEFORE}: error while converting precision to integer: strconv.Atoi: parsing \"{digits}\": invalid syntax")
    })?;
    Ok((precision, rest))
}

pub(super) fn format<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let [Value::String(text), Value::List(values)] = arguments else { return Err(Error::no_such_overload()) };
    let mut out = String::new();
    let mut next = 0;
    for segment in segments(text) {
        let value =
            |index: usize| values.get(index).ok_or_else(|| Error::new(format!("index {index} out of range")));
        match segment {
            Ok(Segment::Text(text)) => out.push_str(text),
            Ok(Segment::Clause(clause)) => {
                let written = write(clause, &value(next)?);
                out.push_str(
                    &written.map_err(|error| Error::new(format!("error during formatting: {error}")))?,
                );
                next += 1;
            }
            Err(message) => {
                value(next)?;
                return Err(Error::new(message));
            }
        }
        if out.len() > super::LARGEST {
            return Err(Error::new(format!("formatted string is larger than {} bytes", super::LARGEST)));
        }
    }
    Ok(Value::text(out))
}

impl Clause {
    /// What is wrong with a value of some type.
    pub(in crate::cel) fn complaint(self, of: &str) -> String {
        match self {
            Self::String => format!(
                "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given {of}"
            ),
            Self::Decimal => format!("decimal clause can only be used on integers, was given {of}"),
            Self::Fixed(_) => format!("fixed-point clause can only be used on doubles, was given {of}"),
            Self::Scientific(_) => format!("scientific clause can only be used on doubles, was given {of}"),
            Self::Binary => format!("only integers and bools can be formatted as binary, was given {of}"),
            Self::Hex | Self::UpperHex => {
                format!("only integers, byte buffers, and strings can be formatted as hex, was given {of}")
            }
            Self::Octal => format!("octal clause can only be used on integers, was given {of}"),
        }
    }

    /// Whether a value of a type may be right.
    pub(in crate::cel) fn takes(self, of: &Type) -> bool {
        match self {
            _ if of.is_dyn_or_error() => true,
            Self::String => !matches!(of, Type::Opaque(..) | Type::Object(_) | Type::Parameter(_)),
            Self::Decimal | Self::Octal => matches!(of, Type::Int | Type::Uint),
            Self::Fixed(_) | Self::Scientific(_) => matches!(of, Type::Double | Type::String),
            Self::Binary => matches!(of, Type::Int | Type::Uint | Type::Bool),
            Self::Hex | Self::UpperHex => matches!(of, Type::Int | Type::Uint | Type::String | Type::Bytes),
        }
    }
}

fn write(clause: Clause, value: &Value<'_>) -> Result<String, String> {
    let written = match (clause, value) {
        (Clause::String, value) => return text_of(value),
        (Clause::Decimal, Value::Int(_) | Value::Uint(_)) => value.plain_text(),
        (Clause::Fixed(precision), _) => double_of(value).map(|number| fixed(number, precision)),
        (Clause::Scientific(precision), _) => double_of(value).map(|number| scientific(number, precision)),
        (Clause::Binary, Value::Bool(value)) => Some(u8::from(*value).to_string()),
        (Clause::Binary, _) => whole(value).map(|(sign, number)| format!("{sign}{number:b}")),
        (Clause::Octal, _) => whole(value).map(|(sign, number)| format!("{sign}{number:o}")),
        (Clause::Hex | Clause::UpperHex, Value::String(text)) => Some(hex(text.as_bytes())),
        (Clause::Hex | Clause::UpperHex, Value::Bytes(bytes)) => Some(hex(bytes)),
        (Clause::Hex | Clause::UpperHex, _) => whole(value).map(|(sign, number)| format!("{sign}{number:x}")),
        _ => None,
    };
    written
        .map(|written| if clause == Clause::UpperHex { written.to_uppercase() } else { written })
        .ok_or_else(|| clause.complaint(&value.type_name()))
}

fn whole(value: &Value<'_>) -> Option<(&'static str, u64)> {
    match value {
        Value::Int(number) => Some((if *number < 0 { "-" } else { "" }, number.unsigned_abs())),
        Value::Uint(number) => Some(("", *number)),
        _ => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn double_of(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Double(number) => Some(*number),
        Value::String(text) => match &**text {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

fn special(number: f64) -> Option<String> {
    match number {
        _ if number.is_nan() => Some("NaN".to_owned()),
        _ if number == f64::INFINITY => Some("∞".to_owned()),
        _ if number == f64::NEG_INFINITY => Some("-∞".to_owned()),
        _ => None,
    }
}

/// With digit groups, as American English writes numbers.
fn fixed(number: f64, precision: Precision) -> String {
    if let Some(special) = special(number) {
        return special;
    }
    let plain = format!("{number:.*}", precision.min(MOST_DIGITS));
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{fraction}")
}

/// `1.050000×10⁰³`, as American English writes it. What stands for a precision is a width upstream.
fn scientific(number: f64, width: Precision) -> String {
    let written = special(number).unwrap_or_else(|| {
        let plain = format!("{number:.DEFAULT_PRECISION$e}");
        let (digits, exponent) = plain.split_once('e').unwrap_or((&plain, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(("", exponent), |rest| ("⁻", rest));
        let raised: String = format!("{exponent:0>2}")
            .bytes()
            .filter_map(|digit| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(usize::from(digit - b'0')))
            .collect();
        format!("{digits}×10{sign}{raised}")
    });
    format!("{written:>width$}", width = width.min(MOST_DIGITS))
}

/// `%s`: a value as text; collections in brackets, with their strings in quotes.
fn text_of(value: &Value<'_>) -> Result<String, String> {
    match value {
        Value::List(list) => {
            let inner: Result<Vec<String>, String> = list.iter().map(|value| element(&value)).collect();
            Ok(format!("[{}]", inner?.join(", ")))
        }
        Value::Map(map) => map_text(map),
        Value::Bytes(bytes) => Ok(String::from_utf8_lossy(bytes).into_owned()),
        other => other.plain_text().ok_or_else(|| Clause::String.complaint(&other.type_name())),
    }
}

fn element(value: &Value<'_>) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(format!("{:?}", &**text)),
        Value::Bytes(bytes) => Ok(format!("b{:?}", String::from_utf8_lossy(bytes))),
        Value::Timestamp(_) | Value::Duration(_) => {
            let name = if matches!(value, Value::Duration(_)) { "duration" } else { "timestamp" };
            Ok(format!("{name}({:?})", value.plain_text().unwrap_or_default()))
        }
        Value::Double(number) if number.is_nan() => Ok("\"NaN\"".to_owned()),
        Value::Double(number) if number.is_infinite() => {
            Ok(if *number > 0.0 { "\"+Inf\"" } else { "\"-Inf\"" }.to_owned())
        }
        Value::Double(number) => Ok(format!("{number:.DEFAULT_PRECISION$}")),
        Value::List(_) | Value::Map(_) => text_of(value),
        other => {
            other.plain_text().ok_or_else(|| format!("no formatting function for {}", other.type_name()))
        }
    }
}

fn map_text(map: &Map<'_>) -> Result<String, String> {
    let mut entries = Vec::new();
    for (key, value) in map.entries() {
        let key = match &key {
            Value::String(_) | Value::Bool(_) | Value::Int(_) | Value::Uint(_) => element(&key)?,
            other => return Err(format!("no formatting function for map key of type {}", other.type_name())),
        };
        entries.push((key, element(&value.map_err(|error| error.to_string())?)?));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    let inner: Vec<String> = entries.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
    Ok(format!("{{{}}}", inner.join(", ")))
}
