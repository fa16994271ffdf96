//! What parts has a moment or a span of time?

use crate::cel::value::{Civil, Timestamp};
use crate::cel::{Error, Function, Value};

#[rustfmt::skip]
pub(super) const TIMES: &[Function] = &[
    Function::new("timestamp_to_year", "timestamp::getFullYear() -> int", year),
    Function::new("timestamp_to_year_with_tz", "timestamp::getFullYear(string) -> int", year),
    Function::new("timestamp_to_month", "timestamp::getMonth() -> int", month),
    Function::new("timestamp_to_month_with_tz", "timestamp::getMonth(string) -> int", month),
    Function::new("timestamp_to_day_of_year", "timestamp::getDayOfYear() -> int", day_of_year),
    Function::new("timestamp_to_day_of_year_with_tz", "timestamp::getDayOfYear(string) -> int", day_of_year),
    Function::new("timestamp_to_day_of_month", "timestamp::getDayOfMonth() -> int", day_of_month),
    Function::new("timestamp_to_day_of_month_with_tz", "timestamp::getDayOfMonth(string) -> int", day_of_month),
    Function::new("timestamp_to_day_of_month_1_based", "timestamp::getDate() -> int", day_of_month_1_based),
    Function::new("timestamp_to_day_of_month_1_based_with_tz", "timestamp::getDate(string) -> int", day_of_month_1_based),
    Function::new("timestamp_to_day_of_week", "timestamp::getDayOfWeek() -> int", day_of_week),
    Function::new("timestamp_to_day_of_week_with_tz", "timestamp::getDayOfWeek(string) -> int", day_of_week),
    Function::new("timestamp_to_hours", "timestamp::getHours() -> int", hours),
    Function::new("timestamp_to_hours_with_tz", "timestamp::getHours(string) -> int", hours),
    Function::new("timestamp_to_minutes", "timestamp::getMinutes() -> int", minutes),
    Function::new("timestamp_to_minutes_with_tz", "timestamp::getMinutes(string) -> int", minutes),
    Function::new("timestamp_to_seconds", "timestamp::getSeconds() -> int", seconds),
    Function::new("timestamp_to_seconds_tz", "timestamp::getSeconds(string) -> int", seconds),
    Function::new("timestamp_to_milliseconds", "timestamp::getMilliseconds() -> int", milliseconds),
    Function::new("timestamp_to_milliseconds_with_tz", "timestamp::getMilliseconds(string) -> int", milliseconds),
    Function::new("duration_to_hours", "duration::getHours() -> int", whole_hours),
    Function::new("duration_to_minutes", "duration::getMinutes() -> int", whole_minutes),
    Function::new("duration_to_seconds", "duration::getSeconds() -> int", whole_seconds),
    Function::new("duration_to_milliseconds", "duration::getMilliseconds() -> int", whole_milliseconds),
];

fn part<'a>(arguments: &[Value<'a>], of: fn(&Civil) -> i64) -> Result<Value<'a>, Error> {
    let (moment, offset) = match arguments {
        [Value::Timestamp(moment)] => (moment, 0),
        [Value::Timestamp(moment), Value::String(zone)] => (moment, zone_offset(zone, *moment)?),
        _ => return Err(Error::no_such_overload()),
    };
    Ok(Value::Int(of(&moment.civil(offset))))
}

/// Seconds east of UTC, written `-02:30` or by the name of a zone.
fn zone_offset(zone: &str, at: Timestamp) -> Result<i64, Error> {
    let Some((hours, minutes)) = zone.split_once(':') else {
        let unknown = || Error::new(format!("unknown time zone {zone}"));
        if matches!(zone, "" | "UTC") {
            return Ok(0);
        }
        let found = jiff::tz::db().get(zone).map_err(|_| unknown())?;
        // Names are told apart by case, as file names are where Kubernetes looks them up.
        if found.iana_name() != Some(zone) {
            return Err(unknown());
        }
        let moment = jiff::Timestamp::from_second(at.seconds).map_err(|_| unknown())?;
        return Ok(found.to_offset(moment).seconds().into());
    };
    let number = |text: &str| {
        text.parse::<i32>()
            .map(i64::from)
            .map_err(|_| Error::new(format!("strconv.Atoi: parsing \"{text}\": invalid syntax")))
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    Ok(60 * if zone.starts_with('-') { hours * 60 - minutes } else { hours * 60 + minutes })
}

fn whole<'a>(arguments: &[Value<'a>], unit: i64) -> Result<Value<'a>, Error> {
    match arguments {
        [Value::Duration(span)] => Ok(Value::Int(span.nanoseconds / unit)),
        _ => Err(Error::no_such_overload()),
    }
}

fn milliseconds<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    part(arguments, |_| 0)?;
    match arguments.first() {
        Some(Value::Timestamp(moment)) => Ok(Value::Int(i64::from(moment.nanoseconds / 1_000_000))),
        _ => Err(Error::no_such_overload()),
    }
}

fn year<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    part(arguments, |at| at.year)
}

fn month<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    part(arguments, |at| at.month - 1)
}

fn day_of_year<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    part(arguments, |at| at.day_of_year)
}

fn day_of_month<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    part(arguments, |at| at.day - 1)
}

fn day_of_month_1_based<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    part(arguments, |at| at.day)
}

fn day_of_week<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    part(arguments, |at| at.day_of_week)
}

fn hours<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    part(arguments, |at| at.hour)
}

fn minutes<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    part(arguments, |at| at.minute)
}

fn seconds<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    part(arguments, |at| at.second)
}

fn whole_hours<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    whole(arguments, 3_600_000_000_000)
}

fn whole_minutes<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    whole(arguments, 60_000_000_000)
}

fn whole_seconds<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    whole(arguments, 1_000_000_000)
}

fn whole_milliseconds<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    whole(arguments, 1_000_000)
}
