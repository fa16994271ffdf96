//! The crate from outside, most of it against what Kubernetes' own readers say.

mod corpus;
mod hostile;
mod lists;
mod pods;
mod reader;
mod scalars;
mod tables;
