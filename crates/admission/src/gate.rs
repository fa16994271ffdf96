//! What is decided by, and what becomes of a review?

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use finding::Source;
use policy::decide::{Decider, Facts};
use policy::request::{Request, RequestError, read_review};
use policy::response::Response;
use tokio::sync::Semaphore;

use crate::health::Health;
use crate::limits::Limits;
use crate::live::{self, Live};
use crate::log::Log;
use crate::metrics::Metrics;
use crate::swap::Swap;
use crate::work::{self, Pool, Room, Unfinished};

/// Everything a decision goes by, replaced as a whole.
#[derive(Debug)]
pub struct State {
    /// The policies.
    pub decider: Arc<Decider>,
    /// What is known of the cluster.
    pub facts: Arc<Facts>,
}

/// Which half of a decision is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// What is changed: `/mutate`.
    Mutate,
    /// What is said of the object as it is: `/validate`.
    Validate,
}

impl Turn {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mutate => "mutate",
            Self::Validate => "validate",
        }
    }
}

/// Hears of every request that is refused. It is called while somebody waits for the answer.
pub type Denied = dyn Fn(&Request, &Response) + Send + Sync;

/// Decides about reviews. Each is decided by one state, from its first look to its last.
pub struct Gate {
    state: Swap<State>,
    live: Option<Arc<dyn Live>>,
    denials: Option<Arc<Denied>>,
    pool: Pool,
    reviews: Semaphore,
    pub(crate) limits: Limits,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) log: Arc<Log>,
    health: Arc<Health>,
}

/// A review and its answer.
pub(crate) struct Reviewed {
    pub(crate) request: Request,
    pub(crate) response: Response,
    /// What was read takes many times its size until it is dropped.
    _room: Option<Room>,
}

/// Why a review has no answer.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It is none that could be read.
    Unreadable(RequestError),
    /// There are too many.
    Shed,
    /// There is no time left.
    Late,
    /// A rule fell over it.
    Panicked,
}

impl From<Unfinished> for Fault {
    fn from(unfinished: Unfinished) -> Self {
        match unfinished {
            Unfinished::Late => Self::Late,
            Unfinished::Panicked => Self::Panicked,
        }
    }
}

impl Gate {
    /// A gate that decides by a state until it is given another.
    pub fn new(state: State, limits: Limits, metrics: Arc<Metrics>, log: Arc<Log>) -> Self {
        Self {
            state: Swap::new(state),
            live: None,
            denials: None,
            pool: Pool::new(limits.at_work),
            reviews: Semaphore::new(limits.reviews),
            limits,
            health: Arc::new(Health::new(Arc::clone(&metrics))),
            metrics,
            log,
        }
    }

    /// The same, asking the cluster itself where no cache can know.
    #[must_use]
    pub fn with_live(mut self, live: Arc<dyn Live>) -> Self {
        self.live = Some(live);
        self
    }

    /// The same, telling of what is refused.
    #[must_use]
    pub fn telling(mut self, denials: Arc<Denied>) -> Self {
        self.denials = Some(denials);
        self
    }

    /// What probes are told.
    pub fn health(&self) -> &Arc<Health> {
        &self.health
    }

    /// What is decided by now.
    pub fn state(&self) -> Arc<State> {
        self.state.get()
    }

    /// Decides by another state from the next request on.
    pub fn swap(&self, state: State) {
        self.state.set(state);
    }

    /// Decides by what is made of the state, from the next request on: who knows one half of it leaves the other.
    pub fn change(&self, change: impl FnOnce(&State) -> State) {
        self.state.change(change);
    }

    /// The answer to a review.
    pub(crate) async fn review(&self, turn: Turn, body: Bytes, deadline: Instant) -> Result<Reviewed, Fault> {
        let _place = self.reviews.try_acquire().map_err(|_| Fault::Shed)?;
        let state = self.state();
        let slow = body.len() > self.limits.inline || state.decider.runs_expressions();
        // Held to the end: many that were read and wait to be decided take as much as many that are decided.
        let room = if slow { Some(self.pool.room(body.len(), deadline).await?) } else { None };
        let (request, room) = compute(room, deadline, move || read(&body)).await?;
        let request = request.map_err(Fault::Unreadable)?;
        let fetched = live::fetch(self.live.as_deref(), &state, &request, deadline).await;
        let decide = move || {
            let lookup = fetched.over(&state.facts);
            let response = match turn {
                Turn::Mutate => state.decider.mutate(&request, &lookup),
                Turn::Validate => state.decider.validate(&request, &lookup),
            };
            (request, response)
        };
        let ((request, response), room) = compute(room, deadline, decide).await?;
        if let Some(denials) = self.denials.as_ref().filter(|_| !response.is_allowed()) {
            denials(&request, &response);
        }
        Ok(Reviewed { request, response, _room: room })
    }
}

async fn compute<T: Send + 'static>(
    room: Option<Room>,
    deadline: Instant,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<(T, Option<Room>), Unfinished> {
    match room {
        Some(room) => work::apart(room, deadline, work).await.map(|(done, room)| (done, Some(room))),
        None => work::here(work).map(|done| (done, None)),
    }
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate").field("limits", &self.limits).finish_non_exhaustive()
    }
}

fn read(body: &Bytes) -> Result<Request, RequestError> {
    match std::str::from_utf8(body) {
        Ok(text) => read_review(&Arc::new(Source::file("review", text.to_owned()))),
        Err(error) => {
            let message = format!("byte {} is no UTF-8", error.valid_up_to());
            Err(RequestError { file: "review".to_owned(), line: 1, column: 1, message, uid: None })
        }
    }
}
