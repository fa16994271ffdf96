//! The server on loopback, asked by clients that mean well and others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may fall over

mod certificates;
mod ends;
mod hostile;
mod live;
mod many;
mod reviews;
mod slow;
mod support;
