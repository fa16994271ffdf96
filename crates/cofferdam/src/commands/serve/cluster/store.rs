//! Where do all replicas keep the one certificate that they show?

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use admission::{CertificateStore, Held, Keeping, Saved, StoreError, Stored};
use cluster::{ApiError, Cluster, SharedSecret};

/// A Secret for the certificate, and webhook configurations for its authority.
pub(super) struct InSecret {
    cluster: Cluster,
    secret: SharedSecret,
    /// Both webhook configurations are called so.
    configuration: String,
    /// The revision of a Secret that is there and holds nothing yet: the chart makes it, so that nobody needs the
    /// right to make Secrets.
    empty: Mutex<Option<String>>,
}

/// The key of the Secret under which all of it stands.
const KEY: &str = "certificate.json";

impl InSecret {
    pub(super) fn new(cluster: Cluster, service: &str, namespace: &str) -> Self {
        let secret = SharedSecret::new(cluster.clone(), namespace, &format!("{service}-certificate"));
        Self { cluster, secret, configuration: format!("{service}.{namespace}"), empty: Mutex::default() }
    }

    fn empty(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.empty.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CertificateStore for InSecret {
    fn load(&self) -> Keeping<'_, Option<Stored>> {
        Box::pin(async move {
            let Some(kept) = self.secret.load().await.map_err(failed)? else { return Ok(None) };
            let Some(text) = kept.texts.get(KEY) else {
                *self.empty() = Some(kept.revision);
                return Ok(None);
            };
            let held = Held::from_text(text)?;
            Ok(Some(Stored { held, revision: kept.revision }))
        })
    }

    fn save<'a>(&'a self, held: &'a Held, over: Option<&'a str>) -> Keeping<'a, Saved> {
        Box::pin(async move {
            let texts = BTreeMap::from([(KEY.to_owned(), held.to_text())]);
            let over = over.map(str::to_owned).or_else(|| self.empty().take());
            let saved = self.secret.save(&texts, over.as_deref()).await.map_err(failed)?;
            Ok(saved.map_or(Saved::Overtaken, Saved::As))
        })
    }

    fn publish<'a>(&'a self, bundle: &'a str) -> Keeping<'a, ()> {
        Box::pin(async move {
            self.cluster.publish_bundle(&self.configuration, bundle).await.map(drop).map_err(failed)
        })
    }
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` hands it over
fn failed(error: ApiError) -> StoreError {
    StoreError(error.chain())
}
