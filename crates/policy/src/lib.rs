//! Decisions about a pod.
//!
//! Pure: a pod and a policy in, an answer out. No rule here knows where the pod came from.

mod go;
pub mod pod_security;
pub mod pod_security_policy;
