//! Which certificate does the server show, and how is it replaced while connections stand?

mod ends;
mod files;
mod held;
mod self_signed;
mod store;

use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

pub use self::files::Files;
pub use self::held::Held;
pub use self::self_signed::SelfSigned;
pub use self::store::{CertificateStore, InMemory, Keeping, Saved, StoreError, Stored};
use crate::metrics::Metrics;

/// Why there is no certificate to show.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file of it.
    #[error("reading {path}")]
    Read {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// What was read is not what it should be.
    #[error("{what} is not in PEM, or holds something else: {why}")]
    Pem {
        /// What was read.
        what: String,
        /// What is wrong.
        why: String,
    },
    /// Certificate and key do not fit, or the key is of no kind that TLS uses.
    #[error("using the certificate and its key")]
    Unusable(#[source] rustls::Error),
    /// One could not be made.
    #[error("making a certificate")]
    Make(#[from] rcgen::Error),
    /// It could not be kept.
    #[error("keeping the certificate")]
    Store(#[from] StoreError),
}

/// The certificate that is shown to whoever connects next.
#[derive(Debug)]
pub struct Certificates {
    shown: RwLock<Option<Arc<CertifiedKey>>>,
    metrics: Arc<Metrics>,
}

impl Certificates {
    /// None yet: every handshake fails.
    pub fn new(metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self { shown: RwLock::default(), metrics })
    }

    /// Shows another from the next handshake on. Connections that stand go on.
    ///
    /// # Errors
    /// When the texts are no certificate chain and the key of its first.
    pub fn show(&self, chain: &str, key: &str) -> Result<(), CertificateError> {
        let unreadable = |what: &str, why: String| CertificateError::Pem { what: what.to_owned(), why };
        let chain: Result<Vec<CertificateDer<'static>>, _> =
            CertificateDer::pem_slice_iter(chain.as_bytes()).collect();
        let chain = chain.map_err(|error| unreadable("the certificate", error.to_string()))?;
        let first = chain.first().ok_or_else(|| unreadable("the certificate", "it is empty".to_owned()))?;
        let ends = ends::of(first);
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
            .map_err(|error| unreadable("the key", error.to_string()))?;
        let certified =
            CertifiedKey::from_der(chain, key, &default_provider()).map_err(CertificateError::Unusable)?;
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(certified));
        self.metrics.certificate_expires(ends.unwrap_or(0));
        Ok(())
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
