//! What does Kubernetes add to the language?

pub mod format;
pub mod ip;
pub mod quantity;
pub mod semver;
pub mod url;
