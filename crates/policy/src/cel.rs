//! The Common Expression Language, as the API server speaks it.

pub mod kubernetes;
