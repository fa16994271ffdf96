//! The crate from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may fall over
#![allow(clippy::unwrap_used, clippy::panic)] // test support

mod conformance;
mod edges;
mod judge;
mod newer;
mod oracle;
