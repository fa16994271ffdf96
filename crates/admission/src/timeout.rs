//! How long does the API server wait?
//!
//! It says so in the query, `?timeout=10s`, as Go writes durations (`time.ParseDuration`).

use std::time::Duration;

/// The longest that a webhook may be given (`timeoutSeconds`), and so the longest that is believed.
const LONGEST: Duration = Duration::from_secs(30);

/// What the query of a request allows, if it says anything of it.
pub(crate) fn asked(query: Option<&str>) -> Option<Duration> {
    let pairs = query?.split('&');
    let value = pairs.filter_map(|pair| pair.strip_prefix("timeout=")).next_back()?;
    duration(value).filter(|time| !time.is_zero()).map(|time| time.min(LONGEST))
}

/// The time in which an answer must be sent to arrive in time.
pub(crate) fn before(timeout: Duration) -> Duration {
    timeout.saturating_sub((timeout / 10).min(Duration::from_millis(500)))
}

/// A time as Go writes it, such as `1m30s` or `500ms`.
pub fn duration(text: &str) -> Option<Duration> {
    const UNITS: [(&str, f64); 6] =
        [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
    let mut rest = Some(text).filter(|text| !text.is_empty() && text.len() < 64)?;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest.get(..end)?.parse().ok()?;
        let unit = rest.get(end..)?;
        let length = unit.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(unit.len());
        let (name, left) = unit.split_at_checked(length)?;
        seconds += number * UNITS.iter().find(|(unit, _)| *unit == name)?.1;
        rest = left;
    }
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        let cases = [
            ("timeout=10s", Some(10_000)),
            ("a=b&timeout=500ms", Some(500)),
            ("timeout=1m0s", Some(30_000)),
            ("timeout=1.5s", Some(1500)),
            ("timeout=1h", Some(30_000)),
            ("timeout=", None),
            ("timeout=10", None),
            ("timeout=-1s", None),
            ("timeout=0s", None),
            ("timeout=1e9s", None),
            ("timeout=10fortnights", None),
            ("other=1s", None),
        ];
        for (query, millis) in cases {
            assert_eq!(asked(Some(query)), millis.map(Duration::from_millis), "{query}");
        }
    }

    #[test]
    fn an_answer_is_due_a_little_earlier_than_asked() {
        assert_eq!(before(Duration::from_secs(1)), Duration::from_millis(900));
        assert_eq!(before(Duration::from_secs(30)), Duration::from_millis(29_500));
    }
}
