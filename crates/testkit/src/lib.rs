//! What tests share: fixture folders that may be absent, and the golden page harness.
//!
//! A dev-dependency only; nothing of it reaches the binary.

mod fixtures;
pub mod page;
mod reads;

pub use fixtures::{conformance, corpus, oracle, psp_oracle, python, repository, skip, text, yaml_files};
pub use reads::{Form, refusal};
