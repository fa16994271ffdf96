//! What does a value become as another type, and how is it written?

use std::fmt::Write as _;

use super::{Timestamp, Value, arithmetic, duration_text, parse_duration, parse_timestamp};
use crate::cel::Error;
use crate::cel::types::Type;

impl<'a> Value<'a> {
    /// The value as another type.
    pub(crate) fn convert(&self, to: &Type) -> Result<Value<'a>, Error> {
        let made = match (self, to) {
            (_, Type::Type(_)) => Some(Self::Type(self.type_of().into())),
            (Self::Int(value), Type::Uint) => {
                Some(Self::Uint(u64::try_from(*value).map_err(|_| Error::new("unsigned integer overflow"))?))
            }
            (Self::Uint(value), Type::Int) => {
                Some(Self::Int(i64::try_from(*value).map_err(|_| Error::new("integer overflow"))?))
            }
            #[allow(clippy::cast_precision_loss)] // what a conversion to double is
            (Self::Int(value), Type::Double) => Some(Self::Double(*value as f64)),
            #[allow(clippy::cast_precision_loss)] // what a conversion to double is
            (Self::Uint(value), Type::Double) => Some(Self::Double(*value as f64)),
            (Self::Double(value), Type::Int) => Some(Self::Int(
                arithmetic::double_to_int(*value).ok_or_else(|| Error::new("integer overflow"))?,
            )),
            (Self::Double(value), Type::Uint) => {
                let made = arithmetic::double_to_uint(*value);
                Some(Self::Uint(made.ok_or_else(|| Error::new("unsigned integer overflow"))?))
            }
            (Self::Int(value), Type::Timestamp) => Some(Self::Timestamp(Timestamp::of_seconds(*value)?)),
            (Self::Timestamp(value), Type::Int) => Some(Self::Int(value.seconds)),
            (Self::Duration(value), Type::Int) => Some(Self::Int(value.nanoseconds)),
            (Self::String(text), _) => of_text(text, to)?,
            (Self::Bytes(bytes), Type::String) => {
                let text = std::str::from_utf8(bytes)
                    .map_err(|_| Error::new("invalid UTF-8 in bytes, cannot convert to string"))?;
                Some(Self::text(text))
            }
            (_, Type::String) => self.plain_text().map(Self::text),
            _ => None,
        };
        match made {
            Some(value) => Ok(value),
            None if self.type_of() == *to => Ok(self.clone()),
            None => Err(Error::new(format!(
                "type conversion error from '{}' to '{}'",
                self.type_name(),
                to.name()
            ))),
        }
    }

    /// What `string(value)` yields, for the types that have it.
    pub(crate) fn plain_text(&self) -> Option<String> {
        Some(match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Uint(value) => value.to_string(),
            Self::Double(value) => double_text(*value),
            Self::String(text) => (**text).to_owned(),
            Self::Timestamp(value) => value.text(),
            Self::Duration(value) => duration_text(*value),
            Self::Type(of) => of.name().to_owned(),
            _ => return None,
        })
    }

    /// How a value stands in an error of the API server; a long one is cut off.
    pub(crate) fn as_go(&self) -> String {
        let mut out = String::new();
        self.write_go(&mut out);
        out
    }

    fn write_go(&self, out: &mut String) {
        const LONGEST: usize = 16 << 10;
        if out.len() > LONGEST {
            return;
        }
        match self {
            Self::Bytes(bytes) => {
                let inner: Vec<String> = bytes.iter().take(LONGEST).map(ToString::to_string).collect();
                let _ = write!(out, "[{}]", inner.join(" "));
            }
            Self::List(list) => {
                out.push('[');
                for (index, value) in list.iter().enumerate().take(LONGEST) {
                    out.push_str(if index > 0 { ", " } else { "" });
                    value.write_go(out);
                }
                out.push(']');
            }
            Self::Map(map) => {
                out.push('{');
                for (index, (key, value)) in map.entries().into_iter().enumerate().take(LONGEST) {
                    out.push_str(if index > 0 { ", " } else { "" });
                    key.write_go(out);
                    out.push_str(": ");
                    match value {
                        Ok(value) => value.write_go(out),
                        Err(error) => out.push_str(error.message()),
                    }
                }
                out.push('}');
            }
            Self::Optional(Some(value)) => {
                out.push_str("optional(");
                value.write_go(out);
                out.push(')');
            }
            Self::Optional(None) => out.push_str("optional.none()"),
            other => out.push_str(&other.plain_text().unwrap_or_else(|| other.type_name())),
        }
    }
}

fn of_text(text: &super::Text<'_>, to: &Type) -> Result<Option<Value<'static>>, Error> {
    Ok(match to {
        Type::Int => go_int(text).map(Value::Int),
        Type::Uint => text.parse().ok().filter(|_| !text.starts_with('+')).map(Value::Uint),
        Type::Double => go_double(text).map(Value::Double),
        Type::Bool => match &**text {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(Value::Bool(true)),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(Value::Bool(false)),
            _ => None,
        },
        Type::Bytes => Some(Value::Bytes(text.as_bytes().into())),
        Type::Duration => parse_duration(text).map(Value::Duration),
        Type::Timestamp => parse_timestamp(text).transpose()?.map(Value::Timestamp),
        _ => None,
    })
}

/// A decimal number with an optional sign.
fn go_int(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// A number as Go reads it: Rust's spellings of infinity and of a number's parts are nearly the same.
fn go_double(text: &str) -> Option<f64> {
    let bare = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    let named = matches!(bare.as_str(), "inf" | "infinity" | "nan");
    let value: f64 = text.parse().ok()?;
    (named || value.is_finite()).then_some(value)
}

/// As Go's `%g`: the fewest digits that read back the same, with an exponent below 1e-4 and from 1e6 on.
pub(crate) fn double_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// A string in quotes with its special characters escaped, as `strings.quote` and formatting write it.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            c => {
                let _ = write!(out, "{c}");
            }
        }
    }
    out.push('"');
    out
}
