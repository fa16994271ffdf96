//! What does a plain YAML scalar mean to Kubernetes?
//!
//! The API server and kubectl read YAML with a YAML 1.1 reader (`sigs.k8s.io/yaml`): `yes` is true,
//! `0644` is octal. `tests/it/scalars.rs` holds this table against that reader.

/// A scalar with its type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// `null`, `~` or nothing.
    Null,
    /// `true`, `yes`, `on` and their kin.
    Bool(bool),
    /// A whole number that fits 64 bits with sign.
    Int(i64),
    /// A whole number above that, or one with a fraction or an exponent.
    Float(f64),
    /// Everything else, and everything in quotes.
    Str(&'a str),
}

impl<'a> Scalar<'a> {
    /// Whether an unquoted scalar is `null`.
    pub(crate) fn is_plain_null(text: &str) -> bool {
        matches!(text, "" | "~" | "null" | "Null" | "NULL")
    }

    /// The meaning of an unquoted scalar.
    pub fn of_plain(text: &'a str) -> Self {
        let Some(first) = text.bytes().next() else { return Self::Null };
        match first {
            b'0'..=b'9' | b'+' | b'-' | b'.' => number(text).unwrap_or(Self::Str(text)),
            b'~' | b'n' | b'N' | b'y' | b'Y' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' => word(text),
            _ => Self::Str(text),
        }
    }
}

/// Bytes of the longest spelling of such a number: `-.inf`.
pub(crate) const LONGEST_INFINITE: usize = 5;

/// Whether an unquoted scalar is a number that JSON cannot write.
pub(crate) fn is_infinite(text: &str) -> bool {
    text.len() <= LONGEST_INFINITE
        && matches!(Scalar::of_plain(text), Scalar::Float(number) if !number.is_finite())
}

/// What becomes of an unquoted key that is no string; `None` when kubectl refuses it.
///
/// As sigs.k8s.io/yaml (`convertToJSONableObject`): floats pass through 32 bits and Go's format `g`.
pub(crate) fn key_text(written: &str, key: Scalar<'_>) -> Option<String> {
    match key {
        Scalar::Null => None,
        Scalar::Str(text) => Some(text.to_owned()),
        Scalar::Bool(value) => Some(value.to_string()),
        Scalar::Int(value) => Some(value.to_string()),
        // A number that Go holds as uint64 is no key; above that it is a float.
        Scalar::Float(_) if digits_of(written, |plain| unsigned(plain).is_some()) => None,
        Scalar::Float(value) => Some(general(value as f32)),
    }
}

fn word(text: &str) -> Scalar<'_> {
    match text {
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Scalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Scalar::Bool(false)
        }
        _ => Scalar::Str(text),
    }
}

/// go.yaml.in/yaml/v2, `resolve`: what a text that starts like a number is.
fn number(text: &str) -> Option<Scalar<'static>> {
    match text {
        ".nan" | ".NaN" | ".NAN" => return Some(Scalar::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Some(Scalar::Float(f64::INFINITY)),
        "-.inf" | "-.Inf" | "-.INF" => return Some(Scalar::Float(f64::NEG_INFINITY)),
        _ => {}
    }
    // Go's own float syntax lets an underscore stand between two digits only.
    if text.starts_with('.') && !underscores_separate_digits(text) {
        return None;
    }
    digits_of(text, |plain| whole(plain).or_else(|| binary(plain)).or_else(|| float(plain)))
}

/// Asks about the text without its underscores, which mean nothing in a number.
fn digits_of<T>(text: &str, ask: impl Fn(&str) -> T) -> T {
    if text.contains('_') { ask(&text.replace('_', "")) } else { ask(text) }
}

fn underscores_separate_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let places = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_');
    places.into_iter().all(|(at, _)| digit(at.checked_sub(1)) && digit(Some(at + 1)))
}

/// Go's `strconv.ParseInt(text, 0, 64)`, then `ParseUint`.
fn whole(text: &str) -> Option<Scalar<'static>> {
    match text.strip_prefix('-') {
        Some(digits) => 0i64.checked_sub_unsigned(magnitude(digits)?).map(Scalar::Int),
        None => match i64::try_from(magnitude(text.strip_prefix('+').unwrap_or(text))?) {
            Ok(value) => Some(Scalar::Int(value)),
            #[allow(clippy::cast_precision_loss)] // as kubectl's untyped objects hold it
            Err(_) => unsigned(text).map(|value| Scalar::Float(value as f64)),
        },
    }
}

/// A number above `i64::MAX` that fits `u64`; Go gives it no sign.
fn unsigned(text: &str) -> Option<u64> {
    magnitude(text).filter(|value| i64::try_from(*value).is_err())
}

fn magnitude(digits: &str) -> Option<u64> {
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
        [b'0', _, ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    let unsigned = digits.bytes().next()?.is_ascii_alphanumeric();
    if unsigned { u64::from_str_radix(digits, radix).ok() } else { None }
}

/// `0b-11` is -3: the reader cuts the prefix off and lets Go read the rest with its sign.
fn binary(text: &str) -> Option<Scalar<'static>> {
    i64::from_str_radix(text.strip_prefix("0b")?, 2).ok().map(Scalar::Int)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, if the value is finite.
fn float(text: &str) -> Option<Scalar<'static>> {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_fits = exponent.is_none_or(|exponent| {
        let rest = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !rest.is_empty() && digits(rest)
    });
    let fits = digits(before) && digits(after) && before.len() + after.len() > 0 && exponent_fits;
    let value: f64 = text.parse().ok().filter(|_| fits)?;
    value.is_finite().then_some(Scalar::Float(value))
}

/// Go's `strconv.FormatFloat(value, 'g', -1, 32)`, where the exponent decides at 6, with YAML's words
/// for what is no number.
fn general(value: f32) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::Scalar::{self, Bool, Float, Int, Null, Str};

    #[test]
    fn plain_scalars_mean_what_yaml_1_1_says() {
        let table = [
            ("yes", Bool(true)),
            ("Off", Bool(false)),
            ("y", Bool(true)),
            ("yEs", Str("yEs")),
            ("~", Null),
            ("0644", Int(0o644)),
            ("0o644", Int(0o644)),
            ("0x1F", Int(31)),
            ("-0b11", Int(-3)),
            ("1_000", Int(1000)),
            ("089", Float(89.0)),
            ("1.5", Float(1.5)),
            (".5", Float(0.5)),
            ("1e3", Float(1000.0)),
            ("9223372036854775807", Int(i64::MAX)),
            ("1:30", Str("1:30")),
            ("2001-01-01", Str("2001-01-01")),
            ("100m", Str("100m")),
            ("-", Str("-")),
            (".", Str(".")),
            ("1.2.3", Str("1.2.3")),
            ("0x", Str("0x")),
        ];
        for (text, meaning) in table {
            assert_eq!(Scalar::of_plain(text), meaning, "{text}");
        }
    }
}
