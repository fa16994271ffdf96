//! Which replica does the work that only one may do?
//!
//! As client-go elects: whoever holds the Lease renews it; whoever finds it unrenewed for its whole duration takes
//! it. How long is judged by our own clock from the moment we saw it last change, never by the time written in it:
//! clocks of two nodes differ.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::discover::Resource;
use crate::error::ApiError;
use crate::request::Cluster;
use crate::write::Written;

/// How long a lease lasts unrenewed, and how often it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// Whoever has not renewed for so long has lost it.
    pub lasts: Duration,
    /// Renewed, or tried for, so often.
    pub every: Duration,
}

impl Default for Term {
    fn default() -> Self {
        Self { lasts: Duration::from_secs(15), every: Duration::from_secs(4) }
    }
}

/// Our part in an election.
#[derive(Debug)]
pub struct Candidate {
    cluster: Cluster,
    namespace: String,
    name: String,
    /// Who we are: the pod's name.
    identity: String,
    term: Term,
    /// What stands in the lease, and since when as far as we saw.
    seen: Option<(String, Instant)>,
    /// Until when we lead, if nothing comes in between.
    until: Option<Instant>,
}

/// Whether we lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Until then: work that takes longer asks again.
    Leader(Instant),
    /// Somebody else does.
    Follower(String),
}

impl Candidate {
    /// A candidate for the lease of this name; its identity must be nobody else's.
    pub fn new(cluster: Cluster, namespace: &str, name: &str, identity: &str, term: Term) -> Self {
        let (namespace, name, identity) = (namespace.to_owned(), name.to_owned(), identity.to_owned());
        Self { cluster, namespace, name, identity, term, seen: None, until: None }
    }

    /// How long to wait before the next try.
    pub fn every(&self) -> Duration {
        self.term.every
    }

    /// Whether we lead at this moment: an answer that did not come in time ends it.
    pub fn leads(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() < until)
    }

    /// Until when we lead, if nothing comes in between.
    pub fn until(&self) -> Option<Instant> {
        self.until
    }

    /// Renews the lease, or takes it if it is free.
    pub async fn step(&mut self) -> Result<Standing, ApiError> {
        let leases = Resource::leases();
        // Counted from before the question: the server may have written the answer long before it arrives.
        let asked = Instant::now();
        let Some(mut lease) = self.cluster.value(&leases, &self.namespace, &self.name).await? else {
            let lease = json!({
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "metadata": {"name": self.name, "namespace": self.namespace}, "spec": self.spec(0, None),
            });
            let written = self.cluster.create(&leases, &self.namespace, &lease).await?;
            return Ok(self.outcome(&written, asked));
        };
        let text = |field: &str| lease["spec"][field].as_str().unwrap_or_default().to_owned();
        let holder = text("holderIdentity");
        let found = format!("{holder} {} {}", text("renewTime"), lease["spec"]["leaseTransitions"]);
        if self.seen.as_ref().is_none_or(|(known, _)| *known != found) {
            self.seen = Some((found, Instant::now()));
        }
        let unrenewed = self.seen.as_ref().is_some_and(|(_, since)| since.elapsed() >= self.lasts(&lease));
        if holder != self.identity && !holder.is_empty() && !unrenewed {
            self.until = None;
            return Ok(Standing::Follower(holder));
        }
        let changes = lease["spec"]["leaseTransitions"].as_u64().unwrap_or(0);
        let spec = if holder == self.identity {
            self.spec(changes, lease["spec"]["acquireTime"].as_str())
        } else {
            self.spec(changes.saturating_add(1), None)
        };
        lease["spec"] = spec;
        let written = self.cluster.replace(&leases, &self.namespace, &self.name, &lease).await?;
        Ok(self.outcome(&written, asked))
    }

    /// Gives the lease back if it is ours, so that another need not wait for it.
    pub async fn resign(&mut self) -> Result<(), ApiError> {
        self.until = None;
        let leases = Resource::leases();
        if let Some(mut lease) = self.cluster.value(&leases, &self.namespace, &self.name).await?
            && lease["spec"]["holderIdentity"] == self.identity.as_str()
        {
            lease["spec"]["holderIdentity"] = "".into();
            self.cluster.replace(&leases, &self.namespace, &self.name, &lease).await?;
        }
        Ok(())
    }

    /// The longer of what the holder wrote and what we would.
    fn lasts(&self, lease: &Value) -> Duration {
        let written = lease["spec"]["leaseDurationSeconds"].as_u64().unwrap_or(0);
        Duration::from_secs(written.min(3600)).max(self.term.lasts)
    }

    fn spec(&self, changes: u64, acquired: Option<&str>) -> Value {
        let now = format!("{:.6}", Timestamp::now());
        json!({
            "holderIdentity": self.identity,
            "leaseDurationSeconds": self.term.lasts.as_secs().max(1),
            "acquireTime": acquired.unwrap_or(&now),
            "renewTime": now,
            "leaseTransitions": changes,
        })
    }

    fn outcome(&mut self, written: &Written, asked: Instant) -> Standing {
        match written {
            Written::As(lease) => {
                let until = asked + self.term.lasts;
                self.until = Some(until);
                let state = format!(
                    "{} {} {}",
                    self.identity,
                    lease["spec"]["renewTime"].as_str().unwrap_or_default(),
                    lease["spec"]["leaseTransitions"]
                );
                self.seen = Some((state, Instant::now()));
                Standing::Leader(until)
            }
            Written::Overtaken => {
                self.until = None;
                Standing::Follower("another, just now".to_owned())
            }
        }
    }
}
