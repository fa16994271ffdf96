//! Which input is being read now, and for how long?
//!
//! A parser that hangs or aborts cannot be asked afterwards. The watch therefore keeps the input outside of the call:
//! before a second thread, for a hang, and in a file where asked, for an abort (a stack overflow is one). Writing the
//! file costs more than the call, so a storm does without and is repeated with it after an abort.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// An input of at most 64 KiB may take this long, debug assertions and a busy machine included.
pub const LIMIT: Duration = Duration::from_secs(2);

/// The input in flight.
type Slot = Arc<Mutex<Option<(Instant, Vec<u8>)>>>;

/// Watches one target's calls.
pub struct Watch {
    slot: Slot,
    file: Option<PathBuf>,
    slowest: (Duration, Vec<u8>),
}

impl Watch {
    /// Starts the second thread; `overdue` is called with the input that overran and must end the process.
    #[must_use]
    pub fn start(file: Option<PathBuf>, overdue: fn(&[u8])) -> Self {
        let slot = Slot::default();
        let seen = Arc::clone(&slot);
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(LIMIT / 8);
                if let Some((since, bytes)) = &*seen.lock().unwrap_or_else(PoisonError::into_inner)
                    && since.elapsed() > LIMIT
                {
                    overdue(bytes);
                }
            }
        });
        Self { slot, file, slowest: (Duration::ZERO, Vec::new()) }
    }

    /// Runs the target on `bytes`; `Err` if it panicked.
    pub fn call(&mut self, run: fn(&[u8]), bytes: &[u8]) -> std::thread::Result<()> {
        if let Some(file) = &self.file {
            std::fs::write(file, bytes).ok();
        }
        let start = Instant::now();
        self.set(Some((start, bytes.to_vec())));
        let result = std::panic::catch_unwind(|| run(bytes));
        self.set(None);
        let took = start.elapsed();
        if took > self.slowest.0 {
            self.slowest = (took, bytes.to_vec());
        }
        result
    }

    /// The longest call so far and its input.
    #[must_use]
    pub fn slowest(&self) -> (Duration, &[u8]) {
        (self.slowest.0, &self.slowest.1)
    }

    fn set(&self, value: Option<(Instant, Vec<u8>)>) {
        *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = value;
    }
}
