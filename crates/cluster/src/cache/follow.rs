//! How is one kind followed, through every way in which a watch ends?

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::store::{Store, TooMany};
use super::{Board, Bound, Health};
use crate::discover::Resource;
use crate::error::ApiError;
use crate::list::Want;
use crate::request::Cluster;
use crate::retry::dice;
use crate::watch::{Change, Changes};

/// One kind that is followed.
pub(super) struct Following {
    cluster: Cluster,
    resource: Resource,
    title: String,
    want: Want,
    bound: Bound,
    board: Arc<Board>,
    store: Store,
    failures: u32,
    /// Since when something has changed that was not told.
    untold: Option<Instant>,
}

/// Changes that follow each other faster are told together, but no later than this.
const ROW: Duration = Duration::from_millis(50);
const LONGEST_ROW: Duration = Duration::from_millis(500);

/// Why following came to an end.
enum End {
    /// What is known is too old to go on from (410).
    Expired,
    Failed(ApiError),
    TooMany(TooMany),
}

impl From<ApiError> for End {
    fn from(error: ApiError) -> Self {
        if error.code() == Some(410) { Self::Expired } else { Self::Failed(error) }
    }
}

impl From<TooMany> for End {
    fn from(too_many: TooMany) -> Self {
        Self::TooMany(too_many)
    }
}

impl Following {
    pub(super) fn new(
        cluster: Cluster,
        resource: Resource,
        want: Want,
        bound: Bound,
        board: Arc<Board>,
    ) -> Self {
        let title = resource.title();
        Self {
            cluster,
            resource,
            title,
            want,
            bound,
            board,
            store: Store::default(),
            failures: 0,
            untold: None,
        }
    }

    /// Lists and watches, again and again.
    pub(super) async fn forever(mut self) {
        loop {
            let end = match self.list().await {
                Ok(version) => self.watch(version).await,
                Err(end) => end,
            };
            let pause = self.told(end);
            tokio::time::sleep(pause).await;
        }
    }

    /// Reads all of it, and replaces what is known. Returns the version to go on from.
    async fn list(&mut self) -> Result<String, End> {
        let cluster = self.cluster.clone();
        let mut pages = cluster.pages(&self.resource, self.want).of_one_version();
        let (mut store, mut version) = (Store::default(), String::new());
        while let Some(page) = pages.next().await {
            let page = page?;
            if page.restarted {
                store = Store::default();
            }
            for item in &page.items {
                store.put(item, &self.resource, self.bound)?;
            }
            version = page.version;
        }
        self.store = store;
        self.tell(Health::Current);
        Ok(version)
    }

    async fn watch(&mut self, mut version: String) -> End {
        let cluster = self.cluster.clone();
        loop {
            let mut changes = match cluster.changes(&self.resource, self.want, &version).await {
                Ok(changes) => changes,
                Err(error) => match self.survive(error).await {
                    Some(end) => return end,
                    None => continue,
                },
            };
            let ended = self.follow(&mut changes, &mut version).await;
            if self.untold.take().is_some() {
                self.tell(Health::Current);
            }
            match ended {
                Ok(()) => {}
                Err(End::Failed(error)) => match self.survive(error).await {
                    Some(end) => return end,
                    None => continue,
                },
                Err(end) => return end,
            }
            // A server that ends every watch at once must not be asked in a loop.
            tokio::time::sleep(self.cluster.patience.first / 2).await;
        }
    }

    /// Takes changes until the server ends the watch. What comes in a row is told at once.
    async fn follow(&mut self, changes: &mut Changes, version: &mut String) -> Result<(), End> {
        let cluster = self.cluster.clone();
        loop {
            let next = match self.untold {
                Some(since) if since.elapsed() < LONGEST_ROW => {
                    tokio::time::timeout(ROW, changes.next(&cluster)).await.ok()
                }
                Some(_) => None,
                None => Some(changes.next(&cluster).await),
            };
            let Some(next) = next else {
                self.untold = None;
                self.tell(Health::Current);
                continue;
            };
            let Some(change) = next? else { return Ok(()) };
            let seen = self.apply(&change)?;
            // Of what could not be read no version is known.
            if !seen.is_empty() {
                *version = seen;
            }
        }
    }

    fn apply(&mut self, change: &Change) -> Result<String, End> {
        self.failures = 0;
        let version = match change {
            Change::Put(item) => self.store.put(item, &self.resource, self.bound)?,
            Change::Gone(item) => self.store.remove(item, &self.resource),
            Change::Seen(version) => {
                self.current();
                return Ok(version.clone());
            }
        };
        self.untold.get_or_insert_with(Instant::now);
        Ok(version)
    }

    /// A connection that broke is taken up where it was; anything else begins with a list.
    async fn survive(&mut self, error: ApiError) -> Option<End> {
        if !error.may_pass() {
            return Some(error.into());
        }
        self.lost(&error);
        tokio::time::sleep(self.pause()).await;
        None
    }

    /// Says how it stands; returns how long to wait before the next list.
    fn told(&mut self, end: End) -> Duration {
        match end {
            End::Expired => return self.cluster.patience.first,
            End::Failed(error) if error.code() == Some(404) => {
                self.store = Store::default();
                self.tell(Health::Absent);
                return self.cluster.patience.longest;
            }
            End::Failed(error) => self.lost(&error),
            End::TooMany(TooMany(why)) => {
                self.board.write(&self.title, |known| {
                    if !matches!(known.health, Health::TooMany { .. }) {
                        known.health = Health::TooMany { since: SystemTime::now(), why };
                    }
                });
                return self.cluster.patience.longest;
            }
        }
        self.pause()
    }

    fn tell(&self, health: Health) {
        self.board.write(&self.title, |known| {
            self.store.tell(known);
            known.health = health;
        });
    }

    fn current(&self) {
        self.board.write(&self.title, |known| known.health = Health::Current);
    }

    fn lost(&self, error: &ApiError) {
        let way_out = error.way_out().map_or(String::new(), |way_out| format!("; {way_out}"));
        let why = format!("{}{way_out}", error.chain());
        self.board.write(&self.title, |known| {
            let since = match known.health {
                Health::Lost { since, .. } => since,
                _ => SystemTime::now(),
            };
            known.health = Health::Lost { since, why };
        });
    }

    fn pause(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        self.cluster.patience.pause(self.failures, None, dice())
    }
}
