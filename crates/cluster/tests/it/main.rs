//! The crate against a server on loopback that does what API servers do on bad days.

mod discover;
mod fake;
mod list;
