//! What would the API server's admission policies say to a request?
//!
//! ValidatingAdmissionPolicy and MutatingAdmissionPolicy with their bindings, evaluated as
//! `k8s.io/apiserver/pkg/admission/plugin/policy` (v0.37) does: same matching, same order, same texts.

mod cluster;
mod json_patch;
mod matching;
mod model;
mod problem;
mod read;
mod request;
mod selector;
mod served;
mod value;

pub use cluster::{Cluster, Scope};
pub use problem::{Problem, Weight};
pub use request::{GroupVersionKind, GroupVersionResource, Operation, Request, User};
pub use served::as_served;
pub use value::of_node;
