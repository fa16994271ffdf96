//! Decisions about a pod.
//!
//! Pure: a pod and a policy in, an answer out. No rule here knows where the pod came from.

pub mod admission_policy;
pub mod cel;
pub mod pod_security;
pub mod pod_security_policy;
