//! What does Kubernetes add to the language: which functions, types and variables, since which version?
//!
//! Verified by `tests/it/cel`, beside the API server's own libraries.

mod authorizer;
mod environment;
mod format;
mod ip;
mod library;
mod mutation;
mod quantity;
mod semver;
mod url;

pub use authorizer::{
    Answer, Authorize, Authorizer, Decision, Question, Resource, ResourceCheck, Target, User,
};
pub use environment::Environment;
pub use format::Format;
pub use ip::{Cidr, Family, Ip};
pub(super) use library::equality;
pub(super) use mutation::{check_message, unset};
pub use quantity::Quantity;
pub use semver::Semver;
pub use url::Url;
