//! How does Kubernetes spell an amount?
//!
//! `0.5` is `500m`, `1000m` is `1`, `1024Mi` is `1Gi`: `resource.Quantity` remembers whether its suffix was
//! binary or decimal, and drops zeros in steps of three digits or ten bits.

use serde_json::Value;

use crate::cel::kubernetes::Quantity;

const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];

/// The amount in its one spelling; what is no amount, or is too large to count, stays as it is.
pub(super) fn canonical(value: Value) -> Value {
    let text = match &value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return value,
    };
    spell(text.trim()).map_or_else(|| text.into(), Value::String)
}

/// Whether the value is one that the server reads as an amount. What is too large to count here is one there.
pub(super) fn is_amount(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::String(text) => Quantity::parse(text.trim()).is_ok(),
        _ => false,
    }
}

/// A number of nanos, and how its suffix counts.
fn spell(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '+' | '-' | '.')).unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(end)?;
    let binary = BINARY.iter().skip(1).position(|known| *known == suffix);
    if let Some(power) = binary {
        let nanos = nanos(number, 0)?.checked_mul(1_i128.checked_shl(10 * (power as u32 + 1))?)?;
        return Some(spell_binary(nanos));
    }
    let (exponent, style) = match DECIMAL.iter().find(|(known, _)| *known == suffix) {
        Some((_, exponent)) => (*exponent, Style::Suffix),
        None => (suffix.strip_prefix(['e', 'E'])?.parse().ok()?, Style::Exponent),
    };
    Some(spell_decimal(nanos(number, exponent)?, style))
}

/// The number times ten to the exponent in nanos, rounded up as the server does.
fn nanos(number: &str, exponent: i32) -> Option<i128> {
    let (negative, digits) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || all.len() > 30 || !all.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mantissa: i128 = all.parse().ok()?;
    let power = exponent.checked_add(9)?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let size = 10_i128.checked_pow(power.unsigned_abs())?;
    let nanos = if power >= 0 {
        mantissa.checked_mul(size)?
    } else {
        mantissa.checked_add(size - 1)?.checked_div(size)?
    };
    Some(if negative { -nanos } else { nanos })
}

fn spell_binary(nanos: i128) -> String {
    const ONE: i128 = 1_000_000_000;
    if nanos.abs() < 1024 * ONE || nanos % ONE != 0 {
        return spell_decimal(nanos, Style::Suffix);
    }
    let (mut rest, mut power) = (nanos / ONE, 0);
    while rest % 1024 == 0 && power + 1 < BINARY.len() {
        rest /= 1024;
        power += 1;
    }
    format!("{rest}{}", BINARY.get(power).copied().unwrap_or_default())
}

#[derive(Clone, Copy)]
enum Style {
    Suffix,
    Exponent,
}

fn spell_decimal(nanos: i128, style: Style) -> String {
    if nanos == 0 {
        return "0".to_owned();
    }
    let (mut rest, mut exponent) = (nanos, -9);
    while rest % 1000 == 0 && exponent < 18 {
        rest /= 1000;
        exponent += 3;
    }
    match style {
        Style::Exponent if exponent != 0 => format!("{rest}e{exponent}"),
        Style::Exponent => rest.to_string(),
        Style::Suffix => {
            let suffix =
                DECIMAL.iter().find(|(_, power)| *power == exponent).map_or("", |(suffix, _)| suffix);
            format!("{rest}{suffix}")
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_amount_has_one_spelling() {
        let spell = |text: &str| super::canonical(text.into());
        for (written, spelled) in [
            ("0.5", "500m"),
            ("1000m", "1"),
            ("1500m", "1500m"),
            ("1", "1"),
            ("1000", "1k"),
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("512Ki", "512Ki"),
            ("0", "0"),
            ("1e3", "1e3"),
            ("100e-3", "100e-3"),
            ("0.5Ki", "512"),
            ("-2000m", "-2"),
            ("much", "much"),
            ("1Zi", "1Zi"),
            ("", ""),
            (".5", "500m"),
        ] {
            assert_eq!(spell(written), spelled, "{written}");
        }
        assert_eq!(super::canonical(2.into()), "2");
        assert_eq!(super::canonical(serde_json::json!(0.25)), "250m");
    }
}
