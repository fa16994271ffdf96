//! What is known of the cluster at this moment, and how well?
//!
//! Each kind is listed, then watched. Memory has a hard bound: a kind that outgrows it is not followed any further
//! and says so, where an informer would grow until the kernel ends the process.

mod follow;
mod store;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use object::Object;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::discover::Resource;
use crate::list::Want;
use crate::request::Cluster;

/// How much of one kind is kept.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// Objects.
    pub objects: usize,
    /// Bytes of their texts. A tree takes about as much again, four times over.
    pub bytes: usize,
}

impl Default for Bound {
    fn default() -> Self {
        Self { objects: 20_000, bytes: 16 << 20 }
    }
}

/// How well a kind is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It has not been listed yet.
    Starting,
    /// It is followed.
    Current,
    /// The server does not have the kind.
    Absent,
    /// What is known is of that time; this is why there is nothing newer.
    Lost {
        /// When it was followed last.
        since: SystemTime,
        /// Why it no longer is.
        why: String,
    },
    /// There is more of it than may be kept. What is known is the last state that fitted.
    TooMany {
        /// Since when.
        since: SystemTime,
        /// What was too much.
        why: String,
    },
}

/// Everything that is known of one kind.
#[derive(Clone, Debug)]
pub struct Known {
    /// The kind.
    pub resource: Resource,
    /// Its objects by namespace and name.
    pub objects: Arc<Vec<Object>>,
    /// How well it is known.
    pub health: Health,
    /// What of it could not be read, and why.
    pub unread: Arc<Vec<String>>,
}

/// Everything that is known, by the titles of the kinds (`roles.rbac.authorization.k8s.io`).
pub type Snapshot = BTreeMap<String, Known>;

/// Kinds that are followed.
#[derive(Debug)]
pub struct Cache {
    cluster: Cluster,
    bound: Bound,
    board: Arc<Board>,
    tasks: Mutex<BTreeMap<String, JoinHandle<()>>>,
    publisher: JoinHandle<()>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
}

/// Where those that follow write what they know.
#[derive(Debug, Default)]
pub(crate) struct Board {
    known: Mutex<Snapshot>,
    changed: Notify,
}

impl Board {
    pub(crate) fn write(&self, title: &str, change: impl FnOnce(&mut Known)) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get_mut(title) {
            change(known);
        }
        drop(known);
        self.changed.notify_one();
    }

    fn all(&self) -> Snapshot {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Cache {
    /// Nothing is followed yet. Changes that come within `pause` of each other are told as one.
    pub fn new(cluster: Cluster, bound: Bound, pause: Duration) -> Self {
        let board = Arc::<Board>::default();
        let (send, snapshots) = watch::channel(Arc::default());
        let publisher = tokio::spawn(publish(Arc::clone(&board), send, pause));
        Self { cluster, bound, board, tasks: Mutex::default(), publisher, snapshots }
    }

    /// Follows a kind, unless it is followed already.
    pub fn follow(&self, resource: Resource, want: Want) {
        let title = resource.title();
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        if tasks.contains_key(&title) {
            return;
        }
        let known = Known {
            resource: resource.clone(),
            objects: Arc::default(),
            health: Health::Starting,
            unread: Arc::default(),
        };
        self.board.known.lock().unwrap_or_else(PoisonError::into_inner).insert(title.clone(), known);
        let board = Arc::clone(&self.board);
        let task = follow::Following::new(self.cluster.clone(), resource, want, self.bound, board);
        tasks.insert(title, tokio::spawn(task.forever()));
    }

    /// Lets go of every kind but these.
    pub fn retain(&self, wanted: impl Fn(&str) -> bool) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|title, task| {
            let stays = wanted(title);
            if !stays {
                task.abort();
                self.board.known.lock().unwrap_or_else(PoisonError::into_inner).remove(title);
            }
            stays
        });
        drop(tasks);
        self.board.changed.notify_one();
    }

    /// What is known, and what will be.
    pub fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshots.clone()
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.publisher.abort();
        let tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.values().for_each(JoinHandle::abort);
    }
}

async fn publish(board: Arc<Board>, send: watch::Sender<Arc<Snapshot>>, pause: Duration) {
    loop {
        board.changed.notified().await;
        tokio::time::sleep(pause).await;
        if send.send(Arc::new(board.all())).is_err() {
            return;
        }
    }
}
