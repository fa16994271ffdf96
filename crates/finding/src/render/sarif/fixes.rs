//! How is a finding mended, as replacements that an editor can offer?

use std::sync::Arc;

use super::artifacts::{Artifacts, region};
use super::log::{ArtifactChange, Content, FixProperties, Replacement, SarifFix, Text};
use crate::{Edit, Finding, Origin, Report, Safety, Source};

/// A text that no edit may repeat, and where it stands.
type Secret<'a> = (&'a Arc<Source>, &'a str);

/// Every secret that the report knows of.
pub(super) fn secrets(report: &Report) -> Vec<Secret<'_>> {
    let spoken_of = report.findings.iter().filter_map(|f| Some((&f.source, f.secret?)));
    let others = report.hidden.iter().map(|(source, span)| (source, *span));
    let texts = spoken_of.chain(others).map(|(source, span)| (source, source.slice(span)));
    texts.filter(|(_, text)| !text.is_empty()).collect()
}

/// The fix of a finding that stands in a file as it is; rendered text and accepted findings have none.
///
/// An edit that would repeat a secret in the log is left out.
pub(super) fn of(finding: &Finding, secrets: &[Secret<'_>], artifacts: &Artifacts<'_>) -> Option<SarifFix> {
    let fix = finding.fix.as_ref().filter(|fix| !fix.edits.is_empty())?;
    if finding.waived.is_some() || !matches!(finding.source.origin(), Origin::File) {
        return None;
    }
    let near = || secrets.iter().filter(|(source, _)| Arc::ptr_eq(source, &finding.source));
    let tells = |edit: &Edit| near().any(|(_, secret)| edit.text.contains(secret));
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
