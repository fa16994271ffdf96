//! What do `+`, `-`, `*`, `/`, `%` make of two values? Overflow is an error.

use super::{Duration, Timestamp, Value};
use crate::cel::Error;

/// The operators of arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

impl<'a> Value<'a> {
    pub(crate) fn calculate(&self, operator: Operator, other: &Value<'a>) -> Result<Value<'a>, Error> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => int(*a, operator, *b).map(Self::Int),
            (Self::Uint(a), Self::Uint(b)) => uint(*a, operator, *b).map(Self::Uint),
            (Self::Double(a), Self::Double(b)) => double(*a, operator, *b).map(Self::Double),
            (Self::String(a), Self::String(b)) if operator == Operator::Add => {
                let mut joined = String::with_capacity(a.len() + b.len());
                joined.push_str(a);
                joined.push_str(b);
                Ok(Self::text(joined))
            }
            (Self::Bytes(a), Self::Bytes(b)) if operator == Operator::Add => {
                Ok(Self::Bytes(a.iter().chain(b.iter()).copied().collect()))
            }
            (Self::List(a), Self::List(b)) if operator == Operator::Add => Ok(Self::List(a.clone().join(b))),
            _ => times(self, operator, other),
        }
    }

    pub(crate) fn negate(&self) -> Result<Value<'a>, Error> {
        match self {
            Self::Int(value) => value.checked_neg().map(Self::Int).ok_or_else(|| overflow("integer")),
            Self::Double(value) => Ok(Self::Double(-value)),
            Self::Duration(value) => Duration::checked(-i128::from(value.nanoseconds)).map(Self::Duration),
            Self::Bool(_) => Err(Error::no_such_overload()),
            other => Err(other.lacks("-_")),
        }
    }
}

fn overflow(of: &str) -> Error {
    Error::new(format!("{of} overflow"))
}

fn int(a: i64, operator: Operator, b: i64) -> Result<i64, Error> {
    let found = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Divide if b == 0 => return Err(Error::new("division by zero")),
        Operator::Modulo if b == 0 => return Err(Error::new("modulus by zero")),
        Operator::Divide => a.checked_div(b),
        Operator::Modulo => a.checked_rem(b),
    };
    found.ok_or_else(|| overflow("integer"))
}

fn uint(a: u64, operator: Operator, b: u64) -> Result<u64, Error> {
    let found = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Divide if b == 0 => return Err(Error::new("division by zero")),
        Operator::Modulo if b == 0 => return Err(Error::new("modulus by zero")),
        Operator::Divide => a.checked_div(b),
        Operator::Modulo => a.checked_rem(b),
    };
    found.ok_or_else(|| overflow("unsigned integer"))
}

fn double(a: f64, operator: Operator, b: f64) -> Result<f64, Error> {
    Ok(match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
        Operator::Modulo => return Err(Error::new("no such overload: _%_")),
    })
}

/// Moments and spans of time; everything else has no such operator.
fn times<'a>(a: &Value<'a>, operator: Operator, b: &Value<'a>) -> Result<Value<'a>, Error> {
    match (a, operator, b) {
        (Value::Duration(a), Operator::Add, Value::Duration(b)) => {
            Ok(Value::Duration(a.plus(b.nanoseconds.into())?))
        }
        (Value::Duration(a), Operator::Subtract, Value::Duration(b)) => {
            Ok(Value::Duration(a.plus(-i128::from(b.nanoseconds))?))
        }
        (Value::Timestamp(moment), Operator::Add, Value::Duration(span))
        | (Value::Duration(span), Operator::Add, Value::Timestamp(moment)) => {
            Ok(Value::Timestamp(moment.plus(span.nanoseconds.into())?))
        }
        (Value::Timestamp(moment), Operator::Subtract, Value::Duration(span)) => {
            Ok(Value::Timestamp(moment.plus(-i128::from(span.nanoseconds))?))
        }
        (Value::Timestamp(a), Operator::Subtract, Value::Timestamp(b)) => {
            Ok(Value::Duration(Timestamp::between(*a, *b)?))
        }
        _ if supports(a, operator) => Err(Error::no_such_overload()),
        _ => Err(a.lacks(operator.name())),
    }
}

/// Whether a type knows an operator at all, which decides the text of the error.
fn supports(a: &Value<'_>, operator: Operator) -> bool {
    match a {
        Value::Int(_) | Value::Uint(_) => true,
        Value::Double(_) => operator != Operator::Modulo,
        Value::Bytes(_) | Value::List(_) => operator == Operator::Add,
        Value::String(_) => operator == Operator::Add,
        Value::Timestamp(_) | Value::Duration(_) => matches!(operator, Operator::Add | Operator::Subtract),
        _ => false,
    }
}

impl Operator {
    fn name(self) -> &'static str {
        match self {
            Self::Add => "_+_",
            Self::Subtract => "_-_",
            Self::Multiply => "_*_",
            Self::Divide => "_/_",
            Self::Modulo => "_%_",
        }
    }
}

/// The `int` that a double is, if it is one.
#[allow(clippy::cast_precision_loss)] // 2^63 is exact
pub(crate) fn double_to_int(value: f64) -> Option<i64> {
    (value > i64::MIN as f64 && value < i64::MAX as f64).then_some(value as i64)
}

/// The `uint` that a double is, if it is one.
#[allow(clippy::cast_precision_loss, clippy::cast_sign_loss)] // 2^64 is exact; the sign is looked at
pub(crate) fn double_to_uint(value: f64) -> Option<u64> {
    (value >= 0.0 && value < u64::MAX as f64).then_some(value as u64)
}
