//! The crate against a server on loopback that does what API servers do on bad days.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)] // a test may fall over

mod cache;
mod discover;
mod fake;
mod list;
mod real;
