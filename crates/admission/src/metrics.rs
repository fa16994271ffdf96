//! What do the figures say? Counted here, shown as Prometheus reads them.

mod histogram;
mod text;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use policy::response::{Response, Spoken};

use self::histogram::Histogram;
use crate::gate::Turn;

/// Rules counted one by one; what speaks beyond is counted together.
const SERIES: usize = 2000;

/// Everything that is counted.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    mutate: Histogram,
    validate: Histogram,
    decisions: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
    said: Mutex<BTreeMap<Spoken, u64>>,
    by_what: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
    panics: AtomicU64,
    reloads: AtomicU64,
    reload_failures: AtomicU64,
    reload_failed: AtomicU64,
    in_force: AtomicU64,
    refused: AtomicU64,
    expression_cost: AtomicU64,
    certificate_expiry: AtomicI64,
    connections: AtomicI64,
}

impl Metrics {
    /// Policies were read anew: so many are in force, so many refused.
    pub fn reloaded(&self, in_force: usize, refused: usize) {
        self.reloads.fetch_add(1, Ordering::Relaxed);
        self.reload_failed.store(0, Ordering::Relaxed);
        self.policies(in_force, refused);
    }

    /// Policies are decided by: so many are in force, so many refused.
    pub fn policies(&self, in_force: usize, refused: usize) {
        self.in_force.store(in_force as u64, Ordering::Relaxed);
        self.refused.store(refused as u64, Ordering::Relaxed);
    }

    /// Policies could not be read anew; those before hold.
    pub fn reload_failed(&self) {
        self.reload_failures.fetch_add(1, Ordering::Relaxed);
        self.reload_failed.store(1, Ordering::Relaxed);
    }

    /// The certificate that is shown ends then, in seconds since 1970.
    pub fn certificate_expires(&self, at: i64) {
        self.certificate_expiry.store(at, Ordering::Relaxed);
    }

    /// A certificate could not be renewed or read; the one before is shown.
    pub fn certificate_failed(&self) {
        self.count("cofferdam_certificate_failures_total", "");
    }

    pub(crate) fn answered(&self, turn: Turn, code: u16, time: Duration) {
        add(&self.requests, (turn.word(), code), 1);
        match turn {
            Turn::Mutate => self.mutate.observe(time),
            Turn::Validate => self.validate.observe(time),
        }
    }

    pub(crate) fn decided(&self, turn: Turn, response: &Response) {
        let outcome = match (response.is_allowed(), response.patch.is_empty()) {
            (false, _) => "denied",
            (true, false) => "changed",
            (true, true) => "allowed",
        };
        add(&self.decisions, (turn.word(), outcome), 1);
        self.expression_cost.fetch_add(response.cost, Ordering::Relaxed);
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        for spoken in &response.said {
            let full = said.len() >= SERIES && !said.contains_key(spoken);
            let others = || Spoken { policy: "(others)".to_owned(), rule: "(others)".to_owned(), ..*spoken };
            let key = if full { others() } else { spoken.clone() };
            *said.entry(key).or_default() += 1;
        }
    }

    pub(crate) fn panicked(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn shed(&self, what: &'static str) {
        self.count("cofferdam_shed_total", what);
    }

    pub(crate) fn connection_refused(&self, why: &'static str) {
        self.count("cofferdam_connections_refused_total", why);
    }

    pub(crate) fn tls_failed(&self, why: &'static str) {
        self.count("cofferdam_tls_errors_total", why);
    }

    pub(crate) fn connections(&self, more: i64) {
        self.connections.fetch_add(more, Ordering::Relaxed);
    }

    fn count(&self, what: &'static str, why: &'static str) {
        add(&self.by_what, (what, why), 1);
    }
}

fn add<K: Ord>(counters: &Mutex<BTreeMap<K, u64>>, key: K, more: u64) {
    *counters.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += more;
}
