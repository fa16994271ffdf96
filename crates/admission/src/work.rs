//! Where is something computed that may take long, take much, or fall over?

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
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

    /// Room for a review of so many bytes, from when it is read until nothing of it is left.
    pub(crate) async fn room(&self, bytes: usize, deadline: Instant) -> Result<Room, Unfinished> {
        let pieces = bytes.max(LEAST).div_ceil(PIECE).min(self.all);
        let room = Arc::clone(&self.room).acquire_many_owned(u32::try_from(pieces).unwrap_or(u32::MAX));
        timeout_at(deadline.into(), room)
            .await
            .map_err(|_| Unfinished::Late)?
            .map(Room)
            .map_err(|_| Unfinished::Late)
    }
}

/// A share of the memory for what is computed.
#[derive(Debug)]
pub(crate) struct Room(
    #[expect(dead_code, reason = "is given back when it is dropped")] OwnedSemaphorePermit,
);

/// Computes on a thread of its own, and gives back the room only when that has ended, whoever waits for it.
pub(crate) async fn apart<T: Send + 'static>(
    room: Room,
    deadline: Instant,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<(T, Room), Unfinished> {
    let work = spawn_blocking(move || here(work).map(|done| (done, room)));
    let done = timeout_at(deadline.into(), work).await.map_err(|_| Unfinished::Late)?;
    done.unwrap_or(Err(Unfinished::Panicked))
}

/// Computes where it stands.
pub(crate) fn here<T>(work: impl FnOnce() -> T) -> Result<T, Unfinished> {
    // What is behind the reference is replaced as a whole or not at all: a panic leaves nothing half done.
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Unfinished::Panicked)
}
