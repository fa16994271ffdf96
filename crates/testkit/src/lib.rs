//! What tests share: fixture folders that may be absent, the golden page harness, and a real API server.
//!
//! A dev-dependency only; nothing of it reaches the binary.

#[cfg(feature = "apiserver")]
pub mod apiserver;
mod fixtures;
pub mod page;
mod reads;

pub use fixtures::{conformance, corpus, oracle, psp_oracle, python, repository, skip, text, yaml_files};
pub use reads::{Form, refusal};
