//! What does a `Policy` document say?
//!
//! `cofferdam.dev/v1alpha1`, the same text for the command line and the cluster. It is read strictly: what
//! is unknown, of the wrong type, expired or not supported yet is refused with its place, all of it at
//! once. A refused document never takes the others with it: [`Policies`] holds both.

mod crd;
mod errors;
mod fields;
mod load;
mod read;
mod schema;
mod shape;

use std::collections::BTreeMap;

pub use self::crd::custom_resources;
pub use self::errors::PolicyError;
pub use self::load::{Policies, Reading, Refused};
pub use self::schema::json_schema;
use crate::Date;
use crate::pattern::{Glob, ObjectPattern};
use crate::pod_security::Policy as LevelVersion;
use crate::pod_security_policy::PodSecurityPolicy;
use crate::selector::Selector;

/// The API group and version of the document.
pub const API_VERSION: &str = "cofferdam.dev/v1alpha1";
/// Its kind.
pub const KIND: &str = "Policy";

/// The checks a policy may name.
pub trait Catalogue {
    /// The check of this id, if it can be asked about an object.
    ///
    /// # Errors
    /// Why not, and the way out.
    fn find(&self, id: &str) -> Result<&'static str, String>;

    /// All of them, in their order.
    fn all(&self) -> Vec<&'static str>;
}

/// How much a rule weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// The audit log learns of it.
    Audit,
    /// The user is told.
    Warn,
    /// The request is refused.
    Enforce,
}

impl Mode {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Warn => "warn",
            Self::Enforce => "enforce",
        }
    }
}

/// One policy, ready to decide by.
#[derive(Clone, Debug)]
pub struct Policy {
    /// `metadata.name`.
    pub name: String,
    /// What it is about.
    pub matching: Matching,
    /// The mode of all that names none of its own.
    pub mode: Mode,
    /// Which Pod Security Standard holds.
    pub pod_security: Option<PodSecurity>,
    /// The `PodSecurityPolicies` that admit and change pods; `None` when none are named.
    pub pod_security_policies: Option<Vec<PodSecurityPolicy>>,
    /// The checks to run, each with its mode.
    pub checks: BTreeMap<&'static str, Mode>,
    /// Whom and what it leaves alone.
    pub exemptions: Exemptions,
    /// Registries that images may come from; empty: any.
    pub registries: Vec<String>,
    /// What becomes of pods with images from elsewhere.
    pub untrusted: Untrusted,
    /// What is filled in.
    pub defaults: Defaults,
    /// Findings that are accepted.
    pub waivers: Vec<Waiver>,
}

/// What a policy is about.
#[derive(Clone, Debug, Default)]
pub struct Matching {
    /// Namespaces; empty: all.
    pub namespaces: Vec<Glob>,
    /// Namespaces that are left out.
    pub exclude: Vec<Glob>,
    /// Labels of the namespace.
    pub namespace_selector: Option<Selector>,
    /// Labels of the object.
    pub object_selector: Option<Selector>,
}

/// The Pod Security part of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PodSecurity {
    /// One level for everything that matches.
    Fixed(LevelVersion),
    /// The labels of the namespace decide, and these where it has none.
    Labels {
        /// What is refused.
        enforce: LevelVersion,
        /// What is logged.
        audit: LevelVersion,
        /// What is warned of.
        warn: LevelVersion,
    },
}

/// Whom and what a policy leaves alone: whole names, as in Pod Security admission.
#[derive(Clone, Debug, Default)]
pub struct Exemptions {
    /// Users.
    pub usernames: Vec<String>,
    /// Namespaces.
    pub namespaces: Vec<String>,
    /// `RuntimeClass`es of pods.
    pub runtime_classes: Vec<String>,
    /// Objects.
    pub objects: Vec<ObjectPattern>,
}

/// What becomes of a pod with an image of another registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Untrusted {
    /// The check speaks.
    #[default]
    Deny,
    /// It runs under this RuntimeClass.
    RuntimeClass(String),
}

/// What is filled in where a new pod says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// `RuntimeDefault` as the pod's seccomp profile.
    pub seccomp_profile: bool,
    /// `spec.automountServiceAccountToken`.
    pub automount_service_account_token: Option<bool>,
    /// `drop: [ALL]` in every container.
    pub drop_capabilities: bool,
    /// `readOnlyRootFilesystem` of every container.
    pub read_only_root_filesystem: Option<bool>,
}

impl Defaults {
    /// Whether anything would ever be filled in.
    pub fn any(self) -> bool {
        self != Self::default()
    }
}

/// A finding that somebody accepted.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The check.
    pub check: &'static str,
    /// What it is accepted on.
    pub object: ObjectPattern,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Its last day.
    pub expires: Date,
}

#[cfg(test)]
mod tests;
