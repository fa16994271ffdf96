//! How is a finding mended, as replacements that an editor can offer?

use super::artifacts::{Artifacts, region};
use super::log::{ArtifactChange, Content, FixProperties, Replacement, SarifFix, Text};
use crate::{Edit, Finding, Origin, Safety};

/// The fix of a finding that stands in a file as it is; rendered text and accepted findings have none.
///
/// An edit that would repeat a secret in the log is left out.
pub(super) fn of(finding: &Finding, secrets: &[&str], artifacts: &Artifacts<'_>) -> Option<SarifFix> {
    let fix = finding.fix.as_ref().filter(|fix| !fix.edits.is_empty())?;
    if finding.waived.is_some() || !matches!(finding.source.origin(), Origin::File) {
        return None;
    }
    let tells = |edit: &Edit| secrets.iter().any(|secret| !secret.is_empty() && edit.text.contains(secret));
    if fix.edits.iter().any(tells) {
        return None;
    }
    let replacements = fix.edits.iter().map(|edit| Replacement {
        deleted_region: region(&finding.source, edit.span),
        inserted_content: (!edit.text.is_empty()).then(|| Content { text: edit.text.clone() }),
    });
    Some(SarifFix {
        description: Text { text: describe(fix.safety).to_owned(), markdown: None },
        artifact_changes: [ArtifactChange {
            artifact_location: artifacts.location(finding.file()),
            replacements: replacements.collect(),
        }],
        properties: FixProperties { safety: fix.safety.word() },
    })
}

fn describe(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe: no conforming workload can notice it",
        Safety::Risky => "risky: it could stop a workload that relies on what is taken away",
        Safety::Manual => "manual: only the owner knows the right value",
    }
}
