//! What does a plain YAML scalar mean to Kubernetes?
//!
//! The API server and kubectl read YAML with a YAML 1.1 reader (`sigs.k8s.io/yaml`): `yes` is true,
//! `0644` is octal. The oracle test in `tests/it/oracle.rs` holds this table against that reader.

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
        match text {
            text if Self::is_plain_null(text) => return Self::Null,
            "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
                return Self::Bool(true);
            }
            "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
                return Self::Bool(false);
            }
            ".nan" | ".NaN" | ".NAN" => return Self::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Self::Float(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => return Self::Float(f64::NEG_INFINITY),
            _ => {}
        }
        let number_start = text.bytes().next().is_some_and(|b| b.is_ascii_digit() || b"+-.".contains(&b));
        if number_start { number(text).unwrap_or(Self::Str(text)) } else { Self::Str(text) }
    }
}

fn number(text: &str) -> Option<Scalar<'static>> {
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    if let Some(int) = whole(&plain) {
        return Some(int);
    }
    if float_shaped(&plain) {
        return plain.parse().ok().map(Scalar::Float);
    }
    None
}

/// Go's `strconv.ParseInt(text, 0, 64)`, then `ParseUint`, then the signed binary form of YAML 1.1.
fn whole(text: &str) -> Option<Scalar<'static>> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
        [b'0', _, ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let size = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        0i64.checked_sub_unsigned(size).map(Scalar::Int)
    } else {
        #[allow(clippy::cast_precision_loss)] // as JSON readers do with such a number
        Some(i64::try_from(size).map_or(Scalar::Float(size as f64), Scalar::Int))
    }
}

/// `[-+]?[0-9]*\.?[0-9]+([eE][-+][0-9]+)?`, the shape of a float in the reader that Kubernetes uses.
fn float_shaped(text: &str) -> bool {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let mantissa_ok = match mantissa.split_once('.') {
        Some((whole, fraction)) => {
            digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
        }
        None => digits(mantissa) && !mantissa.is_empty(),
    };
    let exponent_ok = exponent.is_none_or(|exponent| {
        let rest = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !rest.is_empty() && digits(rest)
    });
    mantissa_ok && exponent_ok
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
