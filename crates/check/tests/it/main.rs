//! The crate from outside.

mod pages;
