//! Does the program keep the contract of its command line? Each test is a sentence, an input and an answer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may fall over

mod admit;
mod check;
mod cluster;
mod explain;
mod fix;
mod hostile;
mod list;
mod policy_export;
mod policy_test;
mod psp;
mod rendered;
mod secrets;
mod serve;
mod support;
mod waivers;
