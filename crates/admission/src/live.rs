//! What must be asked of the cluster while somebody waits?
//!
//! A namespace that was made a moment ago is in no cache yet, and nobody keeps all pods in memory for the day
//! somebody relabels a namespace.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use object::{Inventory, Object};
use policy::Date;
use policy::admission_policy::{Authorize, Cluster};
use policy::decide::{Facts, Labels, Lookup, Pods, namespace_labels};
use policy::request::Request;

use crate::gate::State;

/// An answer on its way.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Unknown>> + Send + 'a>>;

/// The cluster did not say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unknown(pub String);

/// Questions to the cluster itself. Whoever asks gives up at the deadline, answered or not.
pub trait Live: Send + Sync {
    /// A namespace that no cache has; `None` if there is none.
    fn namespace<'a>(&'a self, name: &'a str) -> Pending<'a, Option<Object>>;

    /// Pods of a namespace, of which there may be more than the limit.
    fn pods<'a>(&'a self, namespace: &'a str, limit: usize, deadline: Instant) -> Pending<'a, Vec<Object>>;
}

/// A look at the pods of a namespace takes no longer than this, and no more than half of what is left.
const LOOK: Duration = Duration::from_secs(1);
const DAY: u64 = 24 * 60 * 60;

/// What one request may look up: what is known to all, and what was asked for it alone.
pub(crate) struct Overlay<'s> {
    facts: &'s Facts,
    fresh: Option<Fresh>,
    pods: Asked,
    late: Instant,
}

/// A namespace that no cache has.
struct Fresh {
    name: String,
    labels: Labels,
    /// What is known, and it.
    cluster: Cluster,
}

/// What came of asking for pods.
pub(crate) enum Asked {
    Nothing,
    Failed,
    Found(Inventory),
}

/// What was asked of the cluster for one request.
pub(crate) struct Fetched {
    namespace: Option<Object>,
    pods: Asked,
    late: Instant,
}

/// Asks what the decision needs and no cache has.
pub(crate) async fn fetch(
    live: Option<&dyn Live>,
    state: &State,
    request: &Request,
    deadline: Instant,
) -> Fetched {
    let late = Instant::now() + LOOK.min(deadline.saturating_duration_since(Instant::now()) / 2);
    let mut fetched = Fetched { namespace: None, pods: Asked::Nothing, late };
    let Some(live) = live else { return fetched };
    let name = &request.namespace;
    // Of a namespace that is made or changed the request says everything.
    let is_namespace = request.is_about("", "namespaces");
    if !name.is_empty() && !is_namespace && state.facts.labels(name).is_none() {
        fetched.namespace = until(late, live.namespace(name)).await.flatten();
    }
    if let Some(namespace) = state.decider.asks_for_pods(request) {
        let found = until(late, live.pods(namespace, policy::decide::PODS, late)).await;
        fetched.pods = found.map_or(Asked::Failed, |pods| Asked::Found(Inventory::new(pods)));
    }
    fetched
}

async fn until<T>(late: Instant, pending: Pending<'_, T>) -> Option<T> {
    tokio::time::timeout_at(late.into(), pending).await.ok()?.ok()
}

impl Fetched {
    pub(crate) fn over(self, facts: &Facts) -> Overlay<'_> {
        let fresh = self.namespace.map(|namespace| {
            let mut cluster = facts.cluster().clone();
            cluster.learn(&namespace);
            Fresh { name: namespace.name().to_owned(), labels: namespace_labels(&namespace), cluster }
        });
        Overlay { facts, fresh, pods: self.pods, late: self.late }
    }
}

impl Lookup for Overlay<'_> {
    fn labels(&self, namespace: &str) -> Option<&Labels> {
        let fresh = self.fresh.as_ref().filter(|fresh| fresh.name == namespace);
        fresh.map(|fresh| &fresh.labels).or_else(|| self.facts.labels(namespace))
    }

    fn inventory(&self) -> &Inventory {
        self.facts.inventory()
    }

    fn pods(&self) -> Pods<'_> {
        match &self.pods {
            Asked::Nothing => self.facts.pods(),
            Asked::Failed => Pods::Unknown,
            Asked::Found(pods) => Pods::Among(pods),
        }
    }

    fn cluster(&self) -> &Cluster {
        self.fresh.as_ref().map_or_else(|| self.facts.cluster(), |fresh| &fresh.cluster)
    }

    fn authorize(&self) -> Option<&Authorize> {
        self.facts.authorize()
    }

    fn assumes_namespaces(&self) -> bool {
        false
    }

    fn today(&self) -> Option<Date> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        Some(Date::of_unix_day(i64::try_from(since.as_secs() / DAY).ok()?))
    }

    fn is_late(&self) -> bool {
        Instant::now() >= self.late
    }
}
