//! Moments and spans of time, as they are read, written and taken apart.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};

use crate::cel::Error;

const SECOND: i128 = 1_000_000_000;
const DAY: i64 = 86_400;

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    /// Its length.
    pub nanoseconds: i64,
}

/// A moment, with the offset from UTC it was written in.
#[derive(Clone, Copy, Debug)]
pub struct Timestamp {
    /// Seconds since 1970.
    pub seconds: i64,
    /// And nanoseconds, less than a second.
    pub nanoseconds: u32,
    /// Seconds east of UTC.
    pub offset: i32,
}

impl Duration {
    pub(super) fn checked(nanoseconds: i128) -> Result<Self, Error> {
        i64::try_from(nanoseconds)
            .map(|nanoseconds| Self { nanoseconds })
            .map_err(|_| Error::new("integer overflow"))
    }

    pub(super) fn plus(self, nanoseconds: i128) -> Result<Self, Error> {
        Self::checked(i128::from(self.nanoseconds) + nanoseconds)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&duration_text(*self))
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.seconds, self.nanoseconds).cmp(&(other.seconds, other.nanoseconds))
    }
}

/// A moment taken apart.
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) day_of_year: i64,
    /// Sunday is 0.
    pub(crate) day_of_week: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
}

impl Timestamp {
    /// The first moment of the year 1.
    pub(super) const EARLIEST: Self = Self { seconds: -62_135_596_800, nanoseconds: 0, offset: 0 };
    const LATEST: i64 = 253_402_300_799;

    /// A number of seconds since 1970.
    pub fn of_seconds(seconds: i64) -> Result<Self, Error> {
        Self::checked(i128::from(seconds) * SECOND, 0)
    }

    fn checked(nanoseconds: i128, offset: i32) -> Result<Self, Error> {
        let overflow = || Error::new("timestamp overflow");
        let seconds = i64::try_from(nanoseconds.div_euclid(SECOND)).map_err(|_| overflow())?;
        if !(Self::EARLIEST.seconds..=Self::LATEST).contains(&seconds) {
            return Err(overflow());
        }
        Ok(Self { seconds, nanoseconds: nanoseconds.rem_euclid(SECOND) as u32, offset })
    }

    fn total(self) -> i128 {
        i128::from(self.seconds) * SECOND + i128::from(self.nanoseconds)
    }

    pub(super) fn plus(self, nanoseconds: i128) -> Result<Self, Error> {
        Self::checked(self.total() + nanoseconds, self.offset)
    }

    pub(super) fn between(a: Self, b: Self) -> Result<Duration, Error> {
        Duration::checked(a.total() - b.total())
    }

    /// The parts of the moment, as a clock shows them some seconds east of UTC.
    pub(crate) fn civil(self, offset: i64) -> Civil {
        let seconds = self.seconds + offset;
        let days = seconds.div_euclid(DAY);
        let of_day = seconds.rem_euclid(DAY);
        let (year, month, day) = civil_of_days(days);
        Civil {
            year,
            month,
            day,
            day_of_year: days - days_of_civil(year, 1, 1),
            day_of_week: (days + 4).rem_euclid(7),
            hour: of_day / 3600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
        }
    }

    /// As RFC 3339 writes it, without trailing zeros.
    pub(crate) fn text(self) -> String {
        let at = self.civil(self.offset.into());
        let mut out = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            at.year, at.month, at.day, at.hour, at.minute, at.second
        );
        if self.nanoseconds > 0 {
            let fraction = format!("{:09}", self.nanoseconds);
            let _ = write!(out, ".{}", fraction.trim_end_matches('0'));
        }
        if self.offset == 0 {
            out.push('Z');
        } else {
            let minutes = self.offset.abs() / 60;
            let sign = if self.offset < 0 { '-' } else { '+' };
            let _ = write!(out, "{sign}{:02}:{:02}", minutes / 60, minutes % 60);
        }
        out
    }
}

/// Days from 1970 of a date of the Gregorian calendar, carried on before its introduction.
pub(crate) fn days_of_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil_of_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Reads RFC 3339: `2024-02-29T12:30:00.5+01:00`.
pub(crate) fn parse_timestamp(text: &str) -> Option<Result<Timestamp, Error>> {
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let mark = |at: usize, wanted: u8| (text.as_bytes().get(at) == Some(&wanted)).then_some(());
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    mark(4, b'-').and(mark(7, b'-')).and(mark(10, b'T')).and(mark(13, b':')).and(mark(16, b':'))?;
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month)
        || day < 1
        || day > days_in(year, month)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let (fraction, zone) = split_fraction(text.get(19..)?)?;
    let offset = parse_zone(zone)?;
    let seconds =
        days_of_civil(year, month, day) * DAY + hour * 3600 + minute * 60 + second - i64::from(offset);
    Some(Timestamp::checked(i128::from(seconds) * SECOND + i128::from(fraction), offset))
}

fn days_in(year: i64, month: i64) -> i64 {
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_of_civil(next.0, next.1, 1) - days_of_civil(year, month, 1)
}

/// The nanoseconds behind the point, and what follows them.
fn split_fraction(text: &str) -> Option<(u32, &str)> {
    let Some(rest) = text.strip_prefix(['.', ',']) else { return Some((0, text)) };
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let digits = rest.get(..length).filter(|digits| !digits.is_empty())?;
    let nanoseconds = format!("{digits:0<9}").get(..9)?.parse().ok()?;
    Some((nanoseconds, rest.get(length..)?))
}

fn parse_zone(zone: &str) -> Option<i32> {
    if zone == "Z" {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Reads `1h2m3.5s`.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1, text.get(1..)?),
        b'+' => (1, text.get(1..)?),
        _ => (1, text),
    };
    if rest == "0" {
        return Some(Duration { nanoseconds: 0 });
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (amount, after) = parse_amount(rest)?;
        total += amount;
        if total > 1 << 63 {
            return None;
        }
        rest = after;
    }
    i64::try_from(sign * total).ok().map(|nanoseconds| Duration { nanoseconds })
}

/// One number with its unit, in nanoseconds, and what follows it.
fn parse_amount(text: &str) -> Option<(i128, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, mut rest) = text.split_at_checked(digits(text))?;
    let mut fraction = "";
    if let Some(after) = rest.strip_prefix('.') {
        (fraction, rest) = after.split_at_checked(digits(after))?;
    }
    if whole.is_empty() && fraction.is_empty() || whole.len() > 19 {
        return None;
    }
    let length = rest.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(rest.len());
    let (unit, rest) = rest.split_at_checked(length)?;
    let unit: i128 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" => 60 * SECOND,
        "h" => 3600 * SECOND,
        _ => return None,
    };
    let mut amount = whole.parse::<i128>().unwrap_or_default() * unit;
    let mut part = unit;
    for digit in fraction.bytes().take(18) {
        // Exact while the unit divides by ten, and as near as nanoseconds go after that.
        amount += i128::from(digit - b'0') * part / 10;
        part /= 10;
    }
    Some((amount, rest))
}

/// As the API server writes it: seconds with as many digits as they need.
pub(crate) fn duration_text(duration: Duration) -> String {
    let total = i128::from(duration.nanoseconds);
    let sign = if total < 0 { "-" } else { "" };
    let (seconds, nanoseconds) = (total.abs() / SECOND, total.abs() % SECOND);
    if nanoseconds == 0 {
        return format!("{sign}{seconds}s");
    }
    let fraction = format!("{nanoseconds:09}");
    format!("{sign}{seconds}.{}s", fraction.trim_end_matches('0'))
}
