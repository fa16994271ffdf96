//! Decisions about a pod.
//!
//! Pure: a pod and a policy in, an answer out. No rule here knows where the pod came from.

pub mod admission_policy;
pub mod cel;
mod date;
pub mod decide;
pub mod document;
mod names;
pub mod patch;
pub mod pattern;
pub mod pod_security;
pub mod pod_security_policy;
pub mod rbac;
pub mod request;
pub mod response;
pub mod selector;
pub mod value;
mod words;

pub use date::Date;
pub use words::{distance, nearest};
