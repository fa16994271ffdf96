//! How are certificates of our own making kept fresh, by several replicas at once?

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::sleep;

use super::held::Wanted;
use super::store::{CertificateStore, Saved, Stored};
use super::{CertificateError, Certificates, Held, StoreError};
use crate::log::Log;

/// How often replicas that overtake each other try.
const TRIES: usize = 5;

/// Certificates of our own making, renewed at two thirds of their life.
pub struct SelfSigned {
    store: Arc<dyn CertificateStore>,
    certificates: Arc<Certificates>,
    log: Arc<Log>,
    wanted: Wanted,
    shown: Option<Held>,
}

impl SelfSigned {
    /// The first certificate for these names: one that is kept, or a new one.
    ///
    /// # Errors
    /// When none could be made, kept or published.
    pub async fn begin(
        store: Arc<dyn CertificateStore>,
        names: Vec<String>,
        lifetime: Duration,
        certificates: Arc<Certificates>,
        log: Arc<Log>,
    ) -> Result<Self, CertificateError> {
        let wanted = Wanted { names, lifetime };
        let mut own = Self { store, certificates, log, wanted, shown: None };
        own.renew().await?;
        Ok(own)
    }

    /// Renews it whenever it is due, and follows what other replicas keep. Never ends.
    pub async fn keep(mut self) {
        let pause = (self.wanted.lifetime / 60).min(Duration::from_mins(1));
        loop {
            sleep(pause).await;
            if let Err(error) = self.renew().await {
                self.certificates.metrics.certificate_failed();
                let why = chain(&error);
                self.log
                    .error("the certificate was not renewed, the one before is shown", &[("error", &why)]);
            }
        }
    }

    async fn renew(&mut self) -> Result<(), CertificateError> {
        for _ in 0..TRIES {
            let stored = self.store.load().await?;
            let held = stored.as_ref().map(|stored| &stored.held);
            let held = match Held::next(held, &self.wanted, now())? {
                None => match stored {
                    Some(Stored { held, .. }) => held,
                    None => continue,
                },
                Some(next) => {
                    let over = stored.as_ref().map(|stored| stored.revision.as_str());
                    match self.store.save(&next, over).await? {
                        Saved::As(_) => next,
                        Saved::Overtaken => continue,
                    }
                }
            };
            // First everybody is told whom to trust, then the certificate is shown.
            self.store.publish(&held.bundle()).await?;
            if self.shown.as_ref() != Some(&held) {
                self.certificates.show(held.certificate(), held.key())?;
                self.log.info("showing a new certificate", &[("names", &self.wanted.names.join(","))]);
                self.shown = Some(held);
            }
            return Ok(());
        }
        Err(StoreError(format!("other replicas were faster {TRIES} times")).into())
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// An error and what it came of.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

impl std::fmt::Debug for SelfSigned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SelfSigned").field("wanted", &self.wanted).finish_non_exhaustive()
    }
}
