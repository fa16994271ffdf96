//! Where is something computed that may take long, take much, or fall over?

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout_at;

/// What is small counts as this much: it takes a thread all the same.
const LEAST: usize = 64 << 10;
const PIECE: usize = 1024;

/// Threads that may take their time, with as much work at once as memory allows.
#[derive(Debug)]
pub(crate) struct Pool {
    room: Arc<Semaphore>,
    all: usize,
}

/// Why nothing came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfinished {
    /// Time ran out. What was begun ends by itself, and keeps its room until then.
    Late,
    /// It panicked.
    Panicked,
}

impl Pool {
    pub(crate) fn new(bytes: usize) -> Self {
        let all = bytes.div_ceil(PIECE).clamp(1, Semaphore::MAX_PERMITS);
        Self { room: Arc::new(Semaphore::new(all)), all }
    }

    /// Computes on a thread of its own.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        bytes: usize,
        deadline: Instant,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unfinished> {
        let pieces = bytes.max(LEAST).div_ceil(PIECE).min(self.all);
        let room = Arc::clone(&self.room).acquire_many_owned(u32::try_from(pieces).unwrap_or(u32::MAX));
        let room = timeout_at(deadline.into(), room).await.map_err(|_| Unfinished::Late)?;
        let work = spawn_blocking(move || {
            let done = here(work);
            drop(room);
            done
        });
        let done = timeout_at(deadline.into(), work).await.map_err(|_| Unfinished::Late)?;
        done.unwrap_or(Err(Unfinished::Panicked))
    }
}

/// Computes where it stands.
pub(crate) fn here<T>(work: impl FnOnce() -> T) -> Result<T, Unfinished> {
    // What is behind the reference is replaced as a whole or not at all: a panic leaves nothing half done.
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Unfinished::Panicked)
}
