//! The crate from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may fall over

mod admit;
mod cel;
mod cel_kubernetes;
mod conformance;
mod edges;
mod in_cel;
mod judge;
mod newer;
mod oracle;
mod policies;
mod psp;
