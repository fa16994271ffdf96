//! How does everything that is in the cluster already come to be judged, again and again?
//!
//! By one replica, one object after another, so that requests do not wait for it. What is found stays in its memory.

use std::sync::Arc;
use std::time::Duration;

use admission::{Gate, Log};
use cluster::{Access, Cluster, Resource, Shown, Want};
use object::Version;
use policy::decide::Decider;

use super::lead::Lead;
use crate::audit::{Book, Bounds};
use crate::config::now;
use crate::gather::{Arrival, By, Fetch, Pods, Round};

/// An audit that is repeated.
pub(super) struct Audit {
    pub(super) every: Duration,
    pub(super) access: Access,
    pub(super) cluster: Cluster,
    pub(super) lead: Lead,
    pub(super) version: Version,
    pub(super) gate: Arc<Gate>,
    pub(super) log: Arc<Log>,
}

/// How often a replica that does not lead looks whether it does.
const LOOK: Duration = Duration::from_secs(5);

const JSON: &str = "application/json";
const PAGE: &str = "text/html; charset=utf-8";

impl Audit {
    /// Judges the cluster so often, as long as we lead. Never ends. `decider` makes the policies of that moment.
    pub(super) async fn forever(self, decider: impl Fn() -> anyhow::Result<Decider>) {
        loop {
            if !self.lead.leads() {
                self.gate.health().show("/report", None);
                self.gate.health().show("/report.html", None);
                tokio::time::sleep(LOOK).await;
                continue;
            }
            match decider() {
                Ok(decider) => self.once(decider).await,
                Err(error) => self.log.error("no audit: the policies", &[("error", &format!("{error:#}"))]),
            }
            tokio::time::sleep(self.every).await;
        }
    }

    async fn once(&self, decider: Decider) {
        let (access, lead, version) = (self.access.clone(), self.lead.clone(), self.version);
        let (send, done) = tokio::sync::oneshot::channel();
        let walk = move || drop(send.send(walk(&access, &lead, Arc::new(decider), version)));
        if std::thread::Builder::new().name("audit".to_owned()).spawn(walk).is_err() {
            return self.log.error("no audit: no thread for it", &[]);
        }
        match done.await {
            Ok(Ok(Some(book))) => self.publish(&book).await,
            Ok(Ok(None)) => self.log.info("audit given up: another replica leads", &[]),
            Ok(Err(error)) => self.log.error("no audit", &[("error", &format!("{error:#}"))]),
            Err(_) => self.log.error("no audit: it panicked", &[]),
        }
    }

    async fn publish(&self, book: &Book) {
        self.gate.health().show("/report", Some((JSON, book.json())));
        self.gate.health().show("/report.html", Some((PAGE, book.page())));
        let mut written = 0;
        for (namespace, summary) in book.summaries() {
            if !self.lead.leads() {
                return;
            }
            match self.cluster.summarize(namespace, &summary).await {
                Ok(wrote) => written += usize::from(wrote),
                Err(error) => {
                    // Where one may not be written, none may.
                    self.log.warn("an audit summary was not written", &[("error", &error.chain())]);
                    break;
                }
            }
        }
        written += self.clear(book).await;
        let (objects, written) = (book.objects.to_string(), written.to_string());
        self.log.info("audited", &[("objects", &objects), ("summariesWritten", &written)]);
    }
}

impl Audit {
    /// A namespace in which nothing is found any more says so. Returns how many were written.
    async fn clear(&self, book: &Book) -> usize {
        let mut pages = self.cluster.pages(&Resource::audit_summaries(), Want::Metadata);
        let mut written = 0;
        while let Some(Ok(page)) = pages.next().await {
            for item in &page.items {
                let Ok(shown) = Shown::of(item, &Resource::audit_summaries(), None) else { continue };
                let namespace = shown.metadata.namespace;
                if book.knows(&namespace) || !self.lead.leads() {
                    continue;
                }
                let nothing = Book::nothing();
                written += usize::from(self.cluster.summarize(&namespace, &nothing).await.unwrap_or(false));
            }
        }
        written
    }
}

/// One walk; nothing when we lead no more.
fn walk(
    access: &Access,
    lead: &Lead,
    decider: Arc<Decider>,
    version: Version,
) -> anyhow::Result<Option<Book>> {
    let mut book = Book::new(Bounds::default());
    book.began = now();
    let fetch = Fetch::start(access, Pods::Twice)?;
    let mut round = Round::new(By::Policies(decider), version).gently();
    for arrival in fetch.arrivals {
        if !lead.leads() {
            return Ok(None);
        }
        match arrival {
            Arrival::Page(page) => round.take(&page),
            Arrival::Skipped(failure) => round.skip(failure),
            Arrival::Listed => {}
        }
        round.found().into_iter().for_each(|finding| book.add(finding));
    }
    let (report, _, left) = round.end();
    report.findings.into_iter().for_each(|finding| book.add(finding));
    report.errors.iter().for_each(|failure| book.fail(failure));
    (book.objects, book.left) = (report.objects, left);
    book.ended = now();
    book.close();
    Ok(Some(book))
}
