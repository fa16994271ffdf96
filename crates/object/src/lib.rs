//! YAML and JSON bytes to Kubernetes objects that know where every field stands.
//!
//! [`read`] turns one input into [`Object`]s and [`Problem`]s; [`Pod`] is the one view over every
//! kind that carries a pod. Unknown fields stay in the tree: nothing is lost on the way to a rule.

pub mod base64;
mod comments;
mod container;
mod decode;
pub mod edit;
mod inventory;
mod list;
mod object;
mod parse;
mod pod;
mod problem;
mod scalar;
pub mod schema;
mod selector;
mod site;
mod split;
mod tree;
mod version;
mod wanted;
mod workload;

pub use comments::comments;
pub use container::{Container, Port, Role};
pub use decode::{DecodeError, decode};
pub use inventory::Inventory;
pub use object::Object;
pub use parse::{Documents, Limits, Read, documents, json, pieces, read, stored};
pub use pod::Pod;
pub use problem::{Problem, ProblemKind};
pub use scalar::Scalar;
pub use selector::selects;
pub use site::Site;
pub use tree::{Kind, Node, Tree};
pub use version::{Version, v};
