//! Which values are equal, and which come before others?

use std::cmp::Ordering;

use super::{Map, Value};
use crate::cel::Error;

/// Whether two values are equal: values of different types are not, but numbers are by what they count.
pub(crate) fn equal(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (
            Value::Int(_) | Value::Uint(_) | Value::Double(_),
            Value::Int(_) | Value::Uint(_) | Value::Double(_),
        ) => numbers(a, b) == Some(Ordering::Equal),
        (Value::String(a), Value::String(b)) => **a == **b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::Timestamp(a), Value::Timestamp(b)) => a == b,
        (Value::Duration(a), Value::Duration(b)) => a == b,
        (Value::Type(a), Value::Type(b)) => a.name() == b.name(),
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(&a, &b))
        }
        (Value::Map(a), Value::Map(b)) => maps(a, b),
        (Value::Optional(a), Value::Optional(b)) => match (a, b) {
            (Some(a), Some(b)) => equal(a, b),
            (None, None) => true,
            _ => false,
        },
        (Value::Object(a), Value::Object(b)) => {
            a.name == b.name
                && a.fields.len() == b.fields.len()
                && a.fields.iter().all(|(name, value)| b.get(name).is_some_and(|other| equal(value, other)))
        }
        (Value::Opaque(a), Value::Opaque(b)) => a.equals(&**b),
        _ => false,
    }
}

fn maps(a: &Map<'_>, b: &Map<'_>) -> bool {
    a.len() == b.len()
        && a.entries().into_iter().all(|(key, value)| {
            let (Ok(value), Ok(Some(other))) = (value, b.get(&key)) else { return false };
            equal(&value, &other)
        })
}

/// The order of two numbers; `None` when one is not a number.
fn numbers(a: &Value<'_>, b: &Value<'_>) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Uint(a), Value::Uint(b)) => Some(a.cmp(b)),
        (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::Uint(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Value::Uint(a), Value::Int(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Value::Int(a), Value::Double(b)) => int_double(*a, *b),
        (Value::Double(a), Value::Int(b)) => int_double(*b, *a).map(Ordering::reverse),
        (Value::Uint(a), Value::Double(b)) => uint_double(*a, *b),
        (Value::Double(a), Value::Uint(b)) => uint_double(*b, *a).map(Ordering::reverse),
        _ => None,
    }
}

#[allow(clippy::cast_precision_loss)] // compared as doubles, as the API server does
fn int_double(a: i64, b: f64) -> Option<Ordering> {
    if b < i64::MIN as f64 {
        return Some(Ordering::Greater);
    }
    if b > i64::MAX as f64 {
        return Some(Ordering::Less);
    }
    (a as f64).partial_cmp(&b)
}

#[allow(clippy::cast_precision_loss)] // compared as doubles, as the API server does
fn uint_double(a: u64, b: f64) -> Option<Ordering> {
    if b < 0.0 {
        return Some(Ordering::Greater);
    }
    if b > u64::MAX as f64 {
        return Some(Ordering::Less);
    }
    (a as f64).partial_cmp(&b)
}

impl Value<'_> {
    /// Whether values of its type come one before the other.
    pub(crate) fn is_ordered(&self) -> bool {
        matches!(
            self,
            Value::Int(_)
                | Value::Uint(_)
                | Value::Double(_)
                | Value::Bool(_)
                | Value::String(_)
                | Value::Bytes(_)
                | Value::Timestamp(_)
                | Value::Duration(_)
        )
    }
}

/// The order of two values of a type that has one.
pub(crate) fn compare(a: &Value<'_>, b: &Value<'_>) -> Result<Ordering, Error> {
    Ok(match (a, b) {
        (
            Value::Int(_) | Value::Uint(_) | Value::Double(_),
            Value::Int(_) | Value::Uint(_) | Value::Double(_),
        ) => {
            return numbers(a, b).ok_or_else(|| Error::new("NaN values cannot be ordered"));
        }
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => (**a).cmp(&**b),
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        (Value::Timestamp(a), Value::Timestamp(b)) => a.cmp(b),
        (Value::Duration(a), Value::Duration(b)) => a.cmp(b),
        _ => return Err(Error::no_such_overload()),
    })
}
