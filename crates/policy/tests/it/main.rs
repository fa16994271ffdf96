//! The crate from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may fall over

mod cel;
mod cel_kubernetes;
mod admit;
mod conformance;
mod edges;
mod in_cel;
mod judge;
mod newer;
mod oracle;
mod psp;
