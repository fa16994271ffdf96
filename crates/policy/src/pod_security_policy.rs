//! Would PodSecurityPolicy, as Kubernetes 1.24 ran it, let this pod in: by which policy, and changed how?
//!
//! The admission plugin of `policy/v1beta1` (`plugin/pkg/admission/security/podsecuritypolicy` and
//! `pkg/security/podsecuritypolicy`): defaults, validation and selection in its order, its paths and its words.
//! Verified by `tests/it/psp/conformance.rs` and, on random policies and pods and beside upstream's own plugin,
//! by `tests/it/psp/oracle.rs`.

mod changes;
mod document;
pub mod migrate;
mod mutate;
mod pod;
mod profiles;
mod same;
mod select;
mod sync;
mod validate;
mod violation;

pub use changes::Changes;
pub use document::{
    Groups, HostPath, IdRange, PodSecurityPolicy, Policies, PolicyError, PortRange, Profiles, RunAsUser,
    RuntimeClass, SeLinux, SeLinuxOptions, Standing, Volumes, annotation, is_policy, read, read_all,
};
pub use pod::PodError;
pub use select::{Admission, Decision, Denial, Operation, Pass, Request, decide};
pub use sync::synced_seccomp;
pub use violation::{Violation, ViolationKind};

/// The annotation that names the policy which let a pod in.
pub const ADMITTED_BY: &str = "kubernetes.io/psp";
