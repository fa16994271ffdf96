//! The crate from outside, most of it against what Kubernetes' own readers say.

#![allow(clippy::unwrap_used, clippy::panic, clippy::format_collect, clippy::format_push_string)] // test support

mod corpus;
mod hostile;
mod lists;
mod messages;
mod pods;
mod reader;
mod scalars;
mod tables;
