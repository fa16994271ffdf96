//! The crate against a server on loopback that does what API servers do on bad days.

mod fake;
mod discover;
mod list;
