//! What does the server ask the cluster while somebody waits?

use std::time::Instant;

use admission::{Live, Pending, Unknown};
use cluster::{ApiError, Cluster, Patience, Resource};
use object::Object;

/// Questions to the API server.
pub(super) struct Asked(pub(super) Cluster);

/// Whoever waits has no time for a second try.
fn once() -> Patience {
    Patience { tries: 1, ..Patience::default() }
}

impl Live for Asked {
    fn namespace<'a>(&'a self, name: &'a str) -> Pending<'a, Option<Object>> {
        let cluster = self.0.clone().with_patience(once());
        Box::pin(async move { cluster.object(&Resource::namespaces(), "", name).await.map_err(unknown) })
    }

    fn pods<'a>(&'a self, namespace: &'a str, limit: usize, _: Instant) -> Pending<'a, Vec<Object>> {
        let cluster = self.0.clone().with_patience(once());
        // One more than asked for: it is for the caller to see that there are more.
        let limit = limit.saturating_add(1);
        Box::pin(async move { cluster.some(&Resource::pods(), namespace, limit).await.map_err(unknown) })
    }
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` hands it over
fn unknown(error: ApiError) -> Unknown {
    Unknown(error.chain())
}
