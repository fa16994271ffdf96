//! How long did it take, mostly?

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper ends of the buckets in microseconds; a decision takes tens of them, a webhook's last deadline is 30 s.
pub(super) const BOUNDS: [u64; 14] =
    [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 1_000_000, 10_000_000];

/// Times, counted by bucket.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    buckets: [AtomicU64; BOUNDS.len()],
    count: AtomicU64,
    micros: AtomicU64,
}

/// What was counted so far.
pub(super) struct Seen {
    /// Up to each bound, in seconds.
    pub(super) up_to: Vec<(f64, u64)>,
    pub(super) count: u64,
    /// In seconds.
    pub(super) sum: f64,
}

impl Histogram {
    pub(super) fn observe(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let at = BOUNDS.iter().position(|bound| micros <= *bound);
        if let Some(bucket) = at.and_then(|at| self.buckets.get(at)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.micros.fetch_add(micros, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn seen(&self) -> Seen {
        let mut below = 0;
        let up_to: Vec<(f64, u64)> = BOUNDS
            .iter()
            .zip(&self.buckets)
            .map(|(bound, bucket)| {
                below += bucket.load(Ordering::Relaxed);
                (seconds(*bound), below)
            })
            .collect();
        let count = self.count.load(Ordering::Relaxed).max(below);
        Seen { up_to, count, sum: seconds(self.micros.load(Ordering::Relaxed)) }
    }
}

#[allow(clippy::cast_precision_loss, reason = "a figure to look at")]
fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}
