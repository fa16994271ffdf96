//! The crate from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may fall over

mod chart;
mod export;
mod in_cel;
mod pages;
