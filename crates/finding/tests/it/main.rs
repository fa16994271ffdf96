//! Is every format what its readers expect, whatever stands in names and messages?

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may fall over

mod annotations;
mod expected;
mod junit;
mod order;
mod sample;
mod sarif;
