//! What was said against a request, one by one, and how does the audit log call it?

use crate::admission_policy::Decision;
use crate::document::Mode;

/// One thing that is said against a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Who says it.
    pub speaker: Speaker,
    /// How much it weighs.
    pub mode: Mode,
    /// The policy and what it says.
    pub text: String,
}

/// Who says something against a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// A PodSecurityPolicy.
    PodSecurityPolicy,
    /// A policy of Kubernetes' own.
    AdmissionPolicy,
}

/// What Kubernetes' own policies say.
pub(super) fn of_admission(decision: Decision) -> impl Iterator<Item = Remark> {
    let refused = decision.denied.into_iter().flat_map(|status| status.causes);
    let refused = refused.map(|text| (Mode::Enforce, text));
    let warned = decision.warnings.into_iter().map(|text| (Mode::Warn, text));
    refused.chain(warned).map(|(mode, text)| Remark { speaker: Speaker::AdmissionPolicy, mode, text })
}

/// A key as a webhook may give it: the API server puts the name of the webhook and a slash before it, and drops
/// a key with a second one.
pub(super) fn audit_key(key: &str) -> String {
    let own = key.strip_prefix("validation.policy.admission.k8s.io/").unwrap_or(key);
    own.replace('/', ".")
}
