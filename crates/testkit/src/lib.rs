//! What tests share: fixture folders that may be absent, and the golden page harness.
//!
//! A dev-dependency only; nothing of it reaches the binary.

mod fixtures;
pub mod page;

pub use fixtures::{conformance, corpus, oracle, repository, skip, text, yaml_files};
