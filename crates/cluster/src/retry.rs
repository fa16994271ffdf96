//! How long is waited before a request is tried again?

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// How often a request is tried, and with what pauses.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Tries, the first one included.
    pub tries: u32,
    /// The longest pause after the first try; each further one may be twice as long.
    pub first: Duration,
    /// The longest pause of all, what the server asks for included.
    pub longest: Duration,
    /// How long an answer may take.
    pub answer: Duration,
    /// Pages of one list. A server whose list never ends is not followed forever.
    pub pages: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 6,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            answer: Duration::from_mins(1),
            pages: 40_000,
        }
    }
}

impl Patience {
    /// The pause after try number `done` (from 1). What the server asks for (`Retry-After`) is kept to, up to
    /// the longest pause. Otherwise it is any time up to a bound that doubles: clients that failed together
    /// must not come back together.
    pub fn pause(&self, done: u32, asked: Option<Duration>, dice: u64) -> Duration {
        let bound = self.first.saturating_mul(1 << done.saturating_sub(1).min(16)).min(self.longest);
        let share = u32::try_from(dice % 1000).unwrap_or_default();
        let own = bound.saturating_mul(share) / 1000;
        asked.map_or(own, |asked| asked.min(self.longest).saturating_add(own / 10))
    }
}

/// A number that differs from call to call; the standard library seeds its hashers from the system.
pub(crate) fn dice() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_what_the_server_asks_for_is_kept() {
        let patience = Patience { longest: Duration::from_secs(4), ..Patience::default() };
        let longest = |done| patience.pause(done, None, 999).as_millis();
        assert_eq!([1, 2, 3, 4, 5, 40].map(longest), [499, 999, 1998, 3996, 3996, 3996]);
        assert_eq!(patience.pause(1, None, 0), Duration::ZERO);
        assert_eq!(patience.pause(1, Some(Duration::from_secs(2)), 0), Duration::from_secs(2));
        assert_eq!(patience.pause(1, Some(Duration::from_hours(1)), 0), Duration::from_secs(4));
    }
}
