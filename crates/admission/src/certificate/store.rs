//! Where are certificates of our own making kept, and who learns of their authority?

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use super::Held;

/// An answer on its way.
pub type Keeping<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// What could not be kept or found, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);

/// What is kept, as one of its revisions.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The authorities and the certificate.
    pub held: Held,
    /// Told apart from other revisions by this, such as a `resourceVersion`.
    pub revision: String,
}

/// What came of keeping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is kept as this revision.
    As(String),
    /// Another replica was first: what it keeps holds.
    Overtaken,
}

/// A place that all replicas share.
pub trait CertificateStore: Send + Sync {
    /// What is kept, if anything is.
    fn load(&self) -> Keeping<'_, Option<Stored>>;

    /// Keeps this over a revision, or over nothing.
    fn save<'a>(&'a self, held: &'a Held, over: Option<&'a str>) -> Keeping<'a, Saved>;

    /// Tells whoever connects to trust these authorities, in PEM. Called over and over with the same: what was
    /// published may have been overwritten.
    fn publish<'a>(&'a self, bundle: &'a str) -> Keeping<'a, ()>;
}

/// Memory of this process alone, and a file for the authorities.
#[derive(Debug, Default)]
pub struct InMemory {
    held: Mutex<Option<(Held, u64)>>,
    bundle: Option<PathBuf>,
}

impl InMemory {
    /// Nothing yet; authorities are written to the file, if there is one.
    pub fn new(bundle: Option<PathBuf>) -> Self {
        Self { held: Mutex::default(), bundle }
    }
}

impl CertificateStore for InMemory {
    fn load(&self) -> Keeping<'_, Option<Stored>> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let stored = held.map(|(held, revision)| Stored { held, revision: revision.to_string() });
        Box::pin(async move { Ok(stored) })
    }

    fn save<'a>(&'a self, held: &'a Held, over: Option<&'a str>) -> Keeping<'a, Saved> {
        let mut slot = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let now = slot.as_ref().map(|(_, revision)| *revision);
        let saved = if now.map(|now| now.to_string()).as_deref() == over {
            let next = now.unwrap_or(0) + 1;
            *slot = Some((held.clone(), next));
            Saved::As(next.to_string())
        } else {
            Saved::Overtaken
        };
        drop(slot);
        Box::pin(async move { Ok(saved) })
    }

    fn publish<'a>(&'a self, bundle: &'a str) -> Keeping<'a, ()> {
        Box::pin(async move {
            let Some(path) = &self.bundle else { return Ok(()) };
            if std::fs::read_to_string(path).is_ok_and(|written| written == bundle) {
                return Ok(());
            }
            // Whoever reads it finds the old or the new, never half of one.
            let next = path.with_extension("new");
            let written = std::fs::write(&next, bundle).and_then(|()| std::fs::rename(&next, path));
            written.map_err(|error| StoreError(format!("writing {}: {error}", path.display())))
        })
    }
}
