//! How is something replaced while others read it?

use std::sync::{Arc, PoisonError, RwLock};

/// A value that is replaced as a whole. Who took it keeps what was taken.
#[derive(Debug)]
pub(crate) struct Swap<T>(RwLock<Arc<T>>);

impl<T> Swap<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(RwLock::new(Arc::new(value)))
    }

    pub(crate) fn get(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces it by what is made of it; of two who do so at once, the second sees what the first made.
    pub(crate) fn change(&self, change: impl FnOnce(&T) -> T) {
        let mut slot = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let next = Arc::new(change(&slot));
        *slot = next;
    }

    pub(crate) fn set(&self, value: T) {
        self.change(|_| value);
    }
}
