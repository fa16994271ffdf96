//! Which day is it? The clock is read elsewhere; here a day is a value.

use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: i64,
    month: i64,
    day: i64,
}

impl Date {
    /// The day that begins so many days after 1970-01-01.
    ///
    /// Years are counted from March, so that the leap day is their last
    /// (<https://howardhinnant.github.io/date_algorithms.html#civil_from_days>).
    pub fn of_unix_day(days: i64) -> Self {
        let days = days + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self { year, month, day }
    }
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no day, write it as 2027-06-30");
        let shape = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let part = |range: std::ops::Range<usize>| text.get(range).filter(|_| shape);
        let year = part(0..4).and_then(|part| part.parse().ok()).ok_or_else(wrong)?;
        let month = part(5..7).and_then(|part| part.parse().ok()).ok_or_else(wrong)?;
        let day = part(8..10).and_then(|part| part.parse().ok()).ok_or_else(wrong)?;
        let exists = (1..=days_in(year, month)).contains(&day);
        if exists { Ok(Self { year, month, day }) } else { Err(format!("there is no day `{text}`")) }
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(is_leap),
        _ => 0,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn days_since_1970_become_dates() {
        for (days, date) in
            [(0, "1970-01-01"), (-1, "1969-12-31"), (11_016, "2000-02-29"), (20_999, "2027-06-30")]
        {
            assert_eq!(Date::of_unix_day(days).to_string(), date);
            assert_eq!(date.parse(), Ok(Date::of_unix_day(days)));
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        for wrong in ["2027-02-29", "2100-02-29", "2027-13-01", "2027-00-10", "2027-6-30", "30.06.2027", ""] {
            assert!(wrong.parse::<Date>().is_err(), "{wrong}");
        }
    }
}
