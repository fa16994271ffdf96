//! Does a real API server say what we say?
//!
//! Run by `cargo xtask test --step e2e`, which builds the server; without one every test says so and counts for nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // tests
#![allow(clippy::print_stderr)] // counts, and why a case does not count

mod cluster;
mod defaulted;
mod exported;
mod native;
mod pod_security;
mod policies;
mod random;
mod rbac;
mod serve;
mod warned;
