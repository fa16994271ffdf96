//! Would Pod Security admission let this pod in, and in which words would it refuse?
//!
//! The Pod Security Standards of every version, as `kubernetes/pod-security-admission` evaluates them:
//! verdict and text are equal letter by letter. Verified by `tests/it/conformance.rs` and,
//! on random pods and beside upstream's own evaluator, by `tests/it/oracle.rs`.

mod checks;
mod level;
pub(crate) mod quote;
mod registry;
mod sysctls;
mod text;

pub(crate) use quote::go_quoted;

use object::{Pod, Site};

pub use level::{Level, Policy, PolicyVersion};
pub use registry::{Check, in_force};
pub use sysctls::safe_sysctls;

/// The capabilities that baseline lets a container add.
pub use checks::capabilities::BASELINE as BASELINE_CAPABILITIES;
pub use checks::volumes::refused_source as refused_volume_source;

/// One check that a pod fails.
#[derive(Clone, Debug)]
pub struct Violation<'a> {
    /// Upstream check id, such as `hostNamespaces`.
    pub id: &'static str,
    /// The standard that the check belongs to.
    pub level: Level,
    /// The short reason, such as `host namespaces`.
    pub reason: &'static str,
    /// The particulars, such as `hostNetwork=true`; may be empty.
    pub detail: String,
    /// The fields to blame, in the order in which the detail names them.
    pub sites: Vec<Site<'a>>,
}

impl Violation<'_> {
    /// `reason (detail)`, as it stands in a denial.
    pub fn text(&self) -> String {
        if self.detail.is_empty() {
            self.reason.to_owned()
        } else {
            format!("{} ({})", self.reason, self.detail)
        }
    }
}

/// What a check says before its id and level are put to it.
pub(crate) struct Refusal<'a> {
    reason: &'static str,
    detail: String,
    sites: Vec<Site<'a>>,
}

/// Every check of `policy` that the pod fails, in the order of a denial.
pub fn evaluate<'a>(pod: &Pod<'a>, policy: Policy) -> Vec<Violation<'a>> {
    in_force(policy)
        .into_iter()
        .filter_map(|check| {
            let Refusal { reason, detail, sites } = (check.run)(pod)?;
            Some(Violation { id: check.id, level: check.level, reason, detail, sites })
        })
        .collect()
}

/// The particulars of a denial: `reason (detail), reason (detail)`; empty when the pod is allowed.
pub fn aggregate(violations: &[Violation<'_>]) -> String {
    violations.iter().map(Violation::text).collect::<Vec<_>>().join(", ")
}
