//! The crate from outside.
#![allow(clippy::unwrap_used, clippy::panic)] // test support

mod conformance;
mod edges;
mod judge;
mod newer;
mod oracle;
