//! Which replica writes what only one should write?

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use admission::Log;
use cluster::{Acceptance, Candidate, Cluster};
use tokio::sync::watch;

/// What is to be said of each policy.
pub(super) type Statuses = BTreeMap<String, Acceptance>;

/// A status that could not be written is tried again after this time.
const AGAIN: Duration = Duration::from_secs(10);

/// Until when we lead, if we do.
#[derive(Clone, Debug)]
pub(super) struct Lead(watch::Receiver<Option<Instant>>);

impl Lead {
    /// Whether we lead at this moment.
    pub(super) fn leads(&self) -> bool {
        self.0.borrow().is_some_and(|until| Instant::now() < until)
    }
}

/// Stands for leader, and while it leads writes statuses. Ends when nobody can wish for
/// another status any more.
pub(super) fn stand(
    cluster: Cluster,
    candidate: Candidate,
    wished: watch::Receiver<Statuses>,
    log: Arc<Log>,
) -> Lead {
    let (send, until) = watch::channel(None);
    tokio::spawn(write(cluster, candidate, wished, send, log));
    Lead(until)
}

/// Leads for good and writes statuses: there is no name for a lease by which replicas could agree.
pub(super) fn alone(cluster: Cluster, mut wished: watch::Receiver<Statuses>, log: Arc<Log>) -> Lead {
    let (until, lead) = watch::channel(Instant::now().checked_add(Duration::from_hours(24 * 3650)));
    tokio::spawn(async move {
        let mut told = Statuses::new();
        loop {
            let statuses = wished.borrow_and_update().clone();
            for (name, acceptance) in &statuses {
                tell(&cluster, (name, acceptance), &mut told, &log).await;
            }
            if matches!(tokio::time::timeout(AGAIN, wished.changed()).await, Ok(Err(_))) {
                return drop(until);
            }
        }
    });
    Lead(lead)
}

/// Writes one status, unless it was written.
async fn tell(cluster: &Cluster, said: (&String, &Acceptance), told: &mut Statuses, log: &Log) {
    let (name, acceptance) = said;
    if told.get(name) == Some(acceptance) {
        return;
    }
    match cluster.accept(name, acceptance).await {
        Ok(()) => drop(told.insert(name.clone(), acceptance.clone())),
        Err(error) => log.warn("a status was not written", &[("error", &error.chain())]),
    }
}

async fn write(
    cluster: Cluster,
    mut candidate: Candidate,
    mut wished: watch::Receiver<Statuses>,
    until: watch::Sender<Option<Instant>>,
    log: Arc<Log>,
) {
    let mut told = Statuses::new();
    let mut led = false;
    loop {
        match candidate.step().await {
            Ok(_) => {}
            Err(error) => log.warn("no answer about who leads", &[("error", &error.chain())]),
        }
        until.send_replace(candidate.until());
        if candidate.leads() != led {
            led = candidate.leads();
            told.clear();
            log.info(if led { "leads" } else { "leads no more" }, &[]);
        }
        let statuses = wished.borrow_and_update().clone();
        for (name, acceptance) in &statuses {
            if candidate.leads() {
                tell(&cluster, (name, acceptance), &mut told, &log).await;
            }
        }
        if matches!(tokio::time::timeout(candidate.every(), wished.changed()).await, Ok(Err(_))) {
            return;
        }
    }
}
