//! What becomes of a PodSecurityPolicy in a cluster that no longer has them?
//!
//! Four things: the strictest Pod Security level that grants all that the policy grants on purpose; its other rules
//! as a `ValidatingAdmissionPolicy`; what can still be filled in as a `Policy` document; and a list of what is lost.
//! The mapping of fields to levels follows the page `reference/access-authn-authz/psp-to-pod-security-standards` of
//! the Kubernetes documentation. Nothing is claimed that [`Prover`] cannot show on pods.

mod cel;
mod documents;
mod fit;
mod lost;
mod proof;
mod rules;
mod run_as;
mod sources;
mod yaml;

use object::v;
use serde_json::Value;

use super::PodSecurityPolicy;
use crate::pod_security::{Level, Policy, PolicyVersion};

pub use documents::LABEL;
pub use proof::{Agreement, Proof, Prover, Verdict};
pub use yaml::text as yaml;

/// The newest version of the standards that asks nothing a policy has no word for: 1.34 looks at the hosts of
/// probes, too.
const VERSION: PolicyVersion = PolicyVersion::At(v(1, 33));

/// What one policy becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Migration {
    /// The name of the policy.
    pub policy: String,
    /// The level for the namespaces of those who may use it.
    pub level: Policy,
    /// Where the level is stricter than the policy.
    pub stricter: Vec<Note>,
    /// Why it is no stricter level.
    pub grants: Vec<Note>,
    /// The rules that the level does not cover.
    pub rules: Vec<Rule>,
    /// What cannot be carried over.
    pub lost: Vec<Note>,
    /// The objects to apply: a `Policy`, and where there are rules a `ValidatingAdmissionPolicy` and its binding.
    pub documents: Vec<Value>,
}

/// A word about a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The field of the policy, or the id of the Pod Security check.
    pub about: String,
    /// What is to be known of it.
    pub text: String,
}

impl Note {
    fn new(about: &str, text: impl Into<String>) -> Self {
        Self { about: about.to_owned(), text: text.into() }
    }
}

/// A rule in CEL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The field of the policy that it comes from.
    pub field: &'static str,
    /// What must hold.
    pub expression: String,
    /// What is said when it does not: the words of the policy.
    pub message: String,
}

/// Says what a policy becomes.
pub fn migrate(policy: &PodSecurityPolicy) -> Migration {
    let fit = fit::fit(policy);
    let level = Policy { level: fit.level, version: VERSION };
    let rules = rules::rules(policy, fit.level);
    let documents = documents::documents(policy, level, &rules);
    Migration {
        policy: policy.name.clone(),
        level,
        stricter: fit.stricter,
        grants: fit.grants,
        rules,
        lost: lost::lost(policy),
        documents,
    }
}

/// Whether the level itself refuses what a policy refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Covered {
    By(Level),
    Never,
}

impl Covered {
    fn at(self, level: Level) -> bool {
        match self {
            Self::By(least) => level >= least,
            Self::Never => false,
        }
    }
}
