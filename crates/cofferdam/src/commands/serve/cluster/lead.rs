//! Which replica writes what only one should write?

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use admission::Log;
use cluster::{Acceptance, Candidate, Cluster};
use tokio::sync::watch;

/// What is to be said of each policy.
pub(super) type Statuses = BTreeMap<String, Acceptance>;

/// Until when we lead, if we do.
#[derive(Clone, Debug)]
pub(super) struct Lead(watch::Receiver<Option<Instant>>);

impl Lead {
    /// Always: there is nobody else, or no lease to agree by.
    pub(super) fn always() -> Self {
        Self(watch::channel(Instant::now().checked_add(std::time::Duration::from_hours(24 * 3650))).1)
    }

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

async fn write(
    cluster: Cluster,
    mut candidate: Candidate,
    mut wished: watch::Receiver<Statuses>,
    until: watch::Sender<Option<Instant>>,
    log: Arc<Log>,
) {
    let mut written = Statuses::new();
    let mut led = false;
    loop {
        match candidate.step().await {
            Ok(_) => {}
            Err(error) => log.warn("no answer about who leads", &[("error", &error.chain())]),
        }
        until.send_replace(candidate.until());
        if candidate.leads() != led {
            led = candidate.leads();
            written.clear();
            log.info(if led { "leads" } else { "leads no more" }, &[]);
        }
        let wishes = wished.borrow_and_update().clone();
        for (name, acceptance) in &wishes {
            if !candidate.leads() || written.get(name) == Some(acceptance) {
                continue;
            }
            match cluster.accept(name, acceptance).await {
                Ok(()) => drop(written.insert(name.clone(), acceptance.clone())),
                Err(error) => log.warn("a status was not written", &[("error", &error.chain())]),
            }
        }
        if matches!(tokio::time::timeout(candidate.every(), wished.changed()).await, Ok(Err(_))) {
            return;
        }
    }
}
