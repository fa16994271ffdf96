//! The crate from outside, most of it against what Kubernetes' own readers say.

mod corpus;
mod hostile;
mod lists;
mod messages;
mod pods;
mod reader;
mod scalars;
mod tables;
