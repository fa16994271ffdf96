//! The crate from outside, most of it against what Kubernetes' own readers say.

mod corpus;
mod reader;
mod tables;
