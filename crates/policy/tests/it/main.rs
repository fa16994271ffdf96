//! The crate from outside.

mod conformance;
mod newer;
