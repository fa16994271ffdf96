//! How large is `500Mi`, and is it more than `0.5Gi`?
//!
//! The arithmetic of `resource.Quantity` (k8s.io/apimachinery 0.37), which has two forms: a machine integer with a
//! decimal exponent, and a decimal of any length. Expressions see the difference (`isInteger` is never true of the
//! second), so both are here. The long form is held in 128 bits: an amount beyond 1.7e29 is refused, where the API server
//! has no limit.

use std::cmp::Ordering;

/// The finest unit kept; anything finer is rounded away from zero.
const NANO: i32 = -9;
/// Digits that fit an `i64` whatever they are.
const SAFE_DIGITS: usize = 18;
/// What a binary amount is held to.
const MOST: i128 = i64::MAX as i128;

/// An amount of a resource.
#[derive(Clone, Copy, Debug)]
pub struct Quantity(Amount);

#[derive(Clone, Copy, Debug)]
enum Amount {
    Small { value: i64, scale: i32 },
    Long { value: i128, scale: i32 },
}

impl Quantity {
    /// Reads an amount as the API server does.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = Parts::of(text).ok_or(WRONG_FORMAT)?;
        let suffix = Suffix::of(parts.suffix).ok_or("unable to parse quantity's suffix")?;
        match parts.small(suffix) {
            Some(amount) => Ok(Self(amount)),
            None => parts.long(suffix).map(Self),
        }
    }

    /// A whole number.
    pub fn of(value: i64) -> Self {
        Self(Amount::Small { value, scale: 0 })
    }

    /// -1, 0 or 1.
    pub fn sign(self) -> i64 {
        self.parts().0.signum() as i64
    }

    /// The amount as an integer, if it is one that the API server keeps in its short form.
    pub fn as_integer(self) -> Option<i64> {
        match self.0 {
            Amount::Small { value, scale: 0 } => Some(value),
            Amount::Small { value: 0, scale } if scale > 0 => Some(0),
            Amount::Small { value, scale } if scale > 0 => value.checked_mul(power_64(scale)?),
            _ => None,
        }
    }

    /// The amount as a float, precision lost as upstream loses it.
    pub fn as_approximate_float(self) -> f64 {
        let (value, scale) = self.parts();
        let base = value as f64;
        if scale == 0 { base } else { base * power_float(scale) }
    }

    /// The sum; an error where it has more digits than are kept.
    pub fn add(self, other: Self) -> Result<Self, String> {
        self.add_small(other).map_or_else(|| self.add_long(other), Ok)
    }

    fn add_long(self, other: Self) -> Result<Self, String> {
        let ((left, left_scale), (right, right_scale)) = (self.parts(), other.parts());
        let scale = left_scale.min(right_scale);
        let sum = rescale(left, left_scale, scale)
            .zip(rescale(right, right_scale, scale))
            .and_then(|(left, right)| left.checked_add(right));
        sum.map(|value| Self(Amount::Long { value, scale })).ok_or_else(|| TOO_LARGE.to_owned())
    }

    /// The difference; an error where it has more digits than are kept.
    pub fn sub(self, other: Self) -> Result<Self, String> {
        if let Amount::Small { value, scale } = other.0
            // Upstream negates the smallest integer to itself.
            && let Some(difference) = self.add_small(Self(Amount::Small { value: value.wrapping_neg(), scale }))
        {
            return Ok(difference);
        }
        let (value, scale) = other.parts();
        self.add_long(Self(Amount::Long { value: value.checked_neg().ok_or(TOO_LARGE)?, scale }))
    }

    fn add_small(self, other: Self) -> Option<Self> {
        let (Amount::Small { value: a, scale: a_scale }, Amount::Small { value: b, scale: b_scale }) =
            (self.0, other.0)
        else {
            return None;
        };
        if b == 0 {
            return Some(self);
        }
        if a == 0 {
            return Some(other);
        }
        let scale = a_scale.min(b_scale);
        let a = a.checked_mul(power_64(a_scale.checked_sub(scale)?)?)?;
        let b = b.checked_mul(power_64(b_scale.checked_sub(scale)?)?)?;
        Some(Self(Amount::Small { value: a.checked_add(b)?, scale }))
    }

    fn parts(self) -> (i128, i32) {
        match self.0 {
            Amount::Small { value, scale } => (value.into(), scale),
            Amount::Long { value, scale } => (value, scale),
        }
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    /// By amount, exactly; an exponent of millions costs nothing.
    fn cmp(&self, other: &Self) -> Ordering {
        let ((left, left_scale), (right, right_scale)) = (self.parts(), other.parts());
        let by_sign = left.signum().cmp(&right.signum());
        if by_sign != Ordering::Equal || left == 0 {
            return by_sign;
        }
        let by_size = compare_sizes((left.unsigned_abs(), left_scale), (right.unsigned_abs(), right_scale));
        if left < 0 { by_size.reverse() } else { by_size }
    }
}

fn compare_sizes(left: (u128, i32), right: (u128, i32)) -> Ordering {
    let digits =
        |(value, scale): (u128, i32)| i64::from(value.checked_ilog10().unwrap_or(0)) + i64::from(scale);
    digits(left).cmp(&digits(right)).then_with(|| {
        let scale = left.1.min(right.1);
        // Both have as many digits, so that only one of them can be too long, and that one is the greater.
        let raise = |(value, from): (u128, i32)| {
            let by = u32::try_from(i64::from(from) - i64::from(scale)).ok()?;
            value.checked_mul(10_u128.checked_pow(by)?)
        };
        match (raise(left), raise(right)) {
            (Some(left), Some(right)) => left.cmp(&right),
            (None, _) => Ordering::Greater,
            (_, None) => Ordering::Less,
        }
    })
}

const WRONG_FORMAT: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const NOT_NUMERIC: &str = "unable to parse numeric part of quantity";
const TOO_LARGE: &str = "quantity has more digits than Cofferdam computes with";

/// The text of a quantity, taken apart.
struct Parts<'a> {
    negative: bool,
    /// Sign, digits and point as written.
    number: &'a str,
    /// The digits before the point without leading zeros, `0` if there are none.
    whole: &'a str,
    /// The digits after the point.
    fraction: &'a str,
    suffix: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let trimmed = unsigned.trim_start_matches('0');
        let (whole, rest) = split_digits(trimmed);
        let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), split_digits);
        let exponent = suffix.trim_start_matches(|c| "eEinumkKMGTP".contains(c));
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        exponent.bytes().all(|b| b.is_ascii_digit()).then_some(Self {
            negative: text.starts_with('-'),
            // Nothing but zeros is taken for `0`, with or without a sign.
            number: if trimmed.is_empty() { "0" } else { text.strip_suffix(suffix).unwrap_or(text) },
            whole: if whole.is_empty() { "0" } else { whole },
            fraction,
            suffix,
        })
    }

    /// The short form, for what surely fits it.
    fn small(&self, suffix: Suffix) -> Option<Amount> {
        let digits = self.whole.len().checked_add(self.fraction.len())?;
        let (scale, factor) = match suffix {
            Suffix::Ten(exponent) if digits <= SAFE_DIGITS => (exponent, 1),
            // The estimate is upstream's: three decimal digits for ten binary ones.
            Suffix::Two(exponent) if self.fraction.is_empty() => {
                (self.whole.len() + (exponent as usize) * 3 / 10 < 15).then_some((0, 1_i64 << exponent))?
            }
            _ => return None,
        };
        let scale = scale.wrapping_sub(i32::try_from(self.fraction.len()).ok()?);
        if scale < NANO {
            return None;
        }
        let value: i64 = format!("{}{}", self.whole, self.fraction).parse().ok()?;
        let value = value.checked_mul(factor)?;
        Some(Amount::Small { value: if self.negative { -value } else { value }, scale })
    }

    /// The long form: rounded up to the nano, a binary one held to what an `i64` can be.
    fn long(&self, suffix: Suffix) -> Result<Amount, String> {
        let unsigned = self.number.strip_prefix(['-', '+']).unwrap_or(self.number);
        if !unsigned.bytes().any(|b| b.is_ascii_digit()) {
            return Err(NOT_NUMERIC.to_owned());
        }
        let value = match suffix {
            Suffix::Ten(exponent) => self.nanos(exponent).ok_or(TOO_LARGE)?,
            Suffix::Two(exponent) => self.binary_nanos(exponent)?,
        };
        Ok(Amount::Long { value: if self.negative { -value } else { value }, scale: NANO })
    }

    /// The amount in nanos, whatever is finer rounded up.
    fn nanos(&self, exponent: i32) -> Option<i128> {
        let digits = format!("{}{}", self.whole, self.fraction);
        let shift = i64::from(exponent) - i64::from(NANO) - i64::try_from(self.fraction.len()).ok()?;
        let dropped = usize::try_from(shift.checked_neg()?).unwrap_or(0).min(digits.len());
        let (kept, dropped) = digits.split_at(digits.len() - dropped);
        let up = i128::from(dropped.bytes().any(|digit| digit != b'0'));
        let kept: i128 = if kept.is_empty() { 0 } else { kept.parse().ok()? };
        let raised = match u32::try_from(shift) {
            Ok(_) if kept == 0 => 0,
            Ok(shift) => kept.checked_mul(10_i128.checked_pow(shift)?)?,
            Err(_) => kept,
        };
        raised.checked_add(up)
    }

    /// The same of a binary amount, held to what an `i64` can be.
    fn binary_nanos(&self, exponent: u32) -> Result<i128, String> {
        const MOST_NANOS: i128 = MOST * 10_i128.pow(NANO.unsigned_abs());
        if self.whole.len() > 19 {
            return Ok(MOST_NANOS);
        }
        let fraction = self.fraction.trim_end_matches('0');
        let digits: i128 = format!("{}{fraction}", self.whole).parse().map_err(|_| TOO_LARGE)?;
        let product = digits.checked_mul(1 << exponent);
        // Too many digits to multiply are a large amount, unless most of them are a fraction.
        let Some(product) = product else {
            return if fraction.is_empty() { Ok(MOST_NANOS) } else { Err(TOO_LARGE.to_owned()) };
        };
        let places = u32::try_from(fraction.len()).map_err(|_| TOO_LARGE)?;
        let nanos = if places <= NANO.unsigned_abs() {
            product.saturating_mul(10_i128.pow(NANO.unsigned_abs() - places))
        } else {
            let divisor = 10_i128.checked_pow(places - NANO.unsigned_abs()).ok_or(TOO_LARGE)?;
            product / divisor + i128::from(product % divisor != 0)
        };
        Ok(nanos.min(MOST_NANOS))
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// What the number is multiplied by.
#[derive(Clone, Copy)]
enum Suffix {
    Ten(i32),
    Two(u32),
}

impl Suffix {
    fn of(text: &str) -> Option<Self> {
        Some(match text {
            "n" => Self::Ten(-9),
            "u" => Self::Ten(-6),
            "m" => Self::Ten(-3),
            "" => Self::Ten(0),
            "k" => Self::Ten(3),
            "M" => Self::Ten(6),
            "G" => Self::Ten(9),
            "T" => Self::Ten(12),
            "P" => Self::Ten(15),
            "E" => Self::Ten(18),
            "Ki" => Self::Two(10),
            "Mi" => Self::Two(20),
            "Gi" => Self::Two(30),
            "Ti" => Self::Two(40),
            "Pi" => Self::Two(50),
            "Ei" => Self::Two(60),
            // Upstream cuts the exponent to 32 bits.
            _ => Self::Ten(text.strip_prefix(['e', 'E'])?.parse::<i64>().ok()? as i32),
        })
    }
}

/// `value * 10^(from - to)`, where `to` is not the greater.
fn rescale(value: i128, from: i32, to: i32) -> Option<i128> {
    if value == 0 {
        return Some(0);
    }
    let by = u32::try_from(i64::from(from) - i64::from(to)).ok()?;
    value.checked_mul(10_i128.checked_pow(by)?)
}

fn power_64(exponent: i32) -> Option<i64> {
    10_i64.checked_pow(u32::try_from(exponent).ok()?)
}

/// A power of ten as Go's `math.Pow10` has it: a product, or a quotient, of two that are exact or nearest.
fn power_float(exponent: i32) -> f64 {
    let nearest = |exponent: u32| format!("1e{exponent}").parse::<f64>().unwrap_or(f64::INFINITY);
    let (high, low) = (exponent.unsigned_abs() / 32 * 32, exponent.unsigned_abs() % 32);
    match exponent {
        0..=308 => nearest(high) * nearest(low),
        -323..0 => format!("1e-{high}").parse::<f64>().unwrap_or(0.0) / nearest(low),
        309.. => f64::INFINITY,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(text: &str) -> Quantity {
        Quantity::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    #[test]
    fn amounts_compare_whatever_their_unit() {
        for (left, order, right) in [
            ("1Gi", Ordering::Greater, "1G"),
            ("1024Mi", Ordering::Equal, "1Gi"),
            ("0.5", Ordering::Equal, "500m"),
            ("1e3", Ordering::Equal, "1k"),
            ("-1", Ordering::Less, "-1m"),
            ("1e2147483647", Ordering::Greater, "1E"),
            ("0.1Ki", Ordering::Equal, "102.4"),
            ("9Ei", Ordering::Equal, "9223372036854775807"),
            ("1.0000000001", Ordering::Equal, "1.000000001"),
            ("0.0000000001", Ordering::Equal, "1n"),
        ] {
            assert_eq!(quantity(left).cmp(&quantity(right)), order, "{left} {right}");
        }
    }

    #[test]
    fn only_the_short_form_is_an_integer() {
        for (text, integer) in
            [("1k", Some(1000)), ("1500m", None), ("1Ti", Some(1 << 40)), ("1Ei", None), ("2000m", None)]
        {
            assert_eq!(quantity(text).as_integer(), integer, "{text}");
        }
    }

    #[test]
    fn what_the_server_refuses_is_refused() {
        for text in [
            "",
            "1 Gi",
            "1.2.3",
            "Gb",
            "1KiB",
            "1e",
            "1e1.5",
            "++1",
            "Ei",
            "0x10",
            "1\u{661}",
            "e99999999999999999999",
        ] {
            assert!(Quantity::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn hostile_numbers_end_in_an_error_or_a_quantity() {
        let long = "9".repeat(100_000);
        assert!(Quantity::parse(&long).is_err());
        assert_eq!(quantity(&format!("{long}e-100000")), quantity("1"));
        assert!(quantity("1e2000000000").add(quantity("1n")).is_err());
        assert!(quantity("-9223372036854775808").sub(quantity("1")).is_ok());
    }
}
