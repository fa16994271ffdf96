//! SARIF 2.1.0, for code scanning services. Section numbers are those of the OASIS standard with errata 01.
//!
//! No snippet of the source is ever written: the service has the file, and a snippet could hold a secret.

mod artifacts;
mod fingerprint;
mod fixes;
mod log;
mod rules;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use self::artifacts::{Artifacts, SRCROOT, region};
use self::fingerprint::Fingerprints;
use self::log::{
    BaseId, Driver, Invocation, Location, Log, LogicalLocation, Notification, PhysicalLocation, Region,
    ResultProperties, Run, SarifResult, Suppression, SuppressionProperties, Text, Tool,
};
use super::json::spelled_out;
use super::place::{below, by_path};
use super::summary::nothing_judged;
use super::visible;
use crate::{Failure, Finding, ObjectRef, Report, Severity, Span, Waived, WaivedBy};

/// The report as one SARIF log with a line end. Paths under `root` are written relative to `%SRCROOT%`.
///
/// Waived findings are in it, as suppressed results.
///
/// # Errors
/// None in practice: every part of a report has a JSON form.
pub fn sarif(report: &Report, root: Option<&str>) -> serde_json::Result<String> {
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [run(report, root)],
    };
    let mut out = serde_json::to_string_pretty(&log)?;
    out.push('\n');
    // What a fix inserts must come out as it is, but need not act on whoever reads the log itself.
    Ok(spelled_out(out))
}

fn run<'a>(report: &'a Report, root: Option<&'a str>) -> Run<'a> {
    let mut artifacts = Artifacts::of(report, root);
    let rules = rules::of(report);
    let index: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(at, rule)| (rule.id, at)).collect();
    let mut fingerprints = Fingerprints::default();
    let findings = by_path(&report.findings, |finding| below(root, finding.file()));
    let secrets = fixes::secrets(report);
    let results = findings.iter().map(|finding| {
        let rule_index = index.get(finding.id).copied().unwrap_or_default();
        let fingerprint = fingerprints.of(finding);
        SarifResult {
            fixes: fixes::of(finding, &secrets, &artifacts).into_iter().collect(),
            ..result(finding, rule_index, fingerprint, &artifacts)
        }
    });
    let results = results.collect();
    Run {
        tool: Tool { driver: Driver { name: "cofferdam", version: env!("CARGO_PKG_VERSION"), rules } },
        invocations: [invocation(report, root, &artifacts)],
        original_uri_base_ids: BTreeMap::from([(SRCROOT, base())]),
        artifacts: artifacts.take(),
        results,
        // The standard leaves the choice (3.14.17); carets, JSON and SARIF count the same way here.
        column_kind: "unicodeCodePoints",
    }
}

fn result<'a>(
    finding: &'a Finding,
    rule_index: usize,
    fingerprint: BTreeMap<&'static str, String>,
    artifacts: &Artifacts<'_>,
) -> SarifResult<'a> {
    let related = finding.labels.iter().zip(1..).map(|(label, id)| Location {
        id: Some(id),
        logical_locations: Vec::new(),
        message: (!label.text.is_empty()).then(|| message(&label.text)),
        ..location(finding, label.span, artifacts)
    });
    SarifResult {
        rule_id: finding.id,
        rule_index,
        level: level(finding.severity),
        message: message(&finding.message),
        locations: [Location {
            logical_locations: logical(finding),
            ..location(finding, finding.span, artifacts)
        }],
        related_locations: related.collect(),
        partial_fingerprints: fingerprint,
        // An empty list says "not suppressed"; absent everywhere would say "not known" (3.27.23).
        suppressions: finding.waived.iter().map(suppression).collect(),
        fixes: Vec::new(),
        properties: ResultProperties {
            severity: finding.severity.word(),
            container: finding.container.as_deref().map(visible),
            pss: finding.pod_security,
            rendered: match finding.source.origin() {
                crate::Origin::File => None,
                crate::Origin::Rendered { tool, .. } => Some(tool),
            },
        },
    }
}

fn suppression(waived: &Waived) -> Suppression<'_> {
    Suppression {
        kind: match waived.by {
            WaivedBy::Comment => "inSource",
            WaivedBy::Config | WaivedBy::Baseline => "external",
        },
        status: "accepted",
        justification: visible(&waived.reason),
        properties: SuppressionProperties {
            by: waived.by,
            owner: waived.owner.as_deref().map(visible),
            expires: waived.expires.as_deref().map(visible),
        },
    }
}

fn location(finding: &Finding, span: Span, artifacts: &Artifacts<'_>) -> Location {
    let file = finding.source.place(span.start).0;
    let region = Some(region(&finding.source, span));
    let physical_location = PhysicalLocation { artifact_location: artifacts.location(file), region };
    Location { id: None, physical_location, logical_locations: Vec::new(), message: None }
}

/// The object, and the field in it.
fn logical(finding: &Finding) -> Vec<LogicalLocation> {
    let Some(object) = &finding.object else { return Vec::new() };
    let ObjectRef { kind, namespace, name, .. } = object.as_ref();
    let namespace = namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    let qualified = visible(&format!("{kind}/{namespace}{name}")).into_owned();
    let name = visible(name).into_owned();
    let whole = LogicalLocation { name, fully_qualified_name: qualified.clone(), kind: "resource" };
    let field = (!finding.field.is_empty()).then(|| LogicalLocation {
        name: visible(last_step(&finding.field)).into_owned(),
        fully_qualified_name: format!("{qualified}/{}", visible(&finding.field)),
        kind: "property",
    });
    std::iter::once(whole).chain(field).collect()
}

/// `image` of `spec.containers[0].image`, `a.b/c` of `metadata.annotations[a.b/c]`.
fn last_step(field: &str) -> &str {
    let key = field.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')).map(|(_, key)| key);
    let key = key.filter(|key| key.parse::<usize>().is_err());
    key.unwrap_or_else(|| field.rsplit('.').next().unwrap_or_default())
}

/// Whether the run can be believed: what was not read or not understood was not judged (3.20.14).
fn invocation(report: &Report, root: Option<&str>, artifacts: &Artifacts<'_>) -> Invocation {
    let mut notes: Vec<Notification> = by_path(&report.errors, |failure| below(root, &failure.file))
        .into_iter()
        .map(|failure| notification(failure, artifacts))
        .collect();
    if report.objects == 0 {
        let message = message(nothing_judged(report));
        notes.push(Notification { level: "error", message, locations: Vec::new() });
    }
    Invocation { execution_successful: notes.is_empty(), tool_execution_notifications: notes }
}

fn notification(failure: &Failure, artifacts: &Artifacts<'_>) -> Notification {
    let line = |start_line| Region { start_line, start_column: None, end_line: None, end_column: None };
    let physical_location = PhysicalLocation {
        artifact_location: artifacts.location(&failure.file),
        region: failure.line.map(line),
    };
    let location = Location { id: None, physical_location, logical_locations: Vec::new(), message: None };
    Notification { level: "error", message: message(&failure.message), locations: vec![location] }
}

fn base() -> BaseId {
    let text = "the directory cofferdam was started in: run it at the root of the repository".to_owned();
    BaseId { description: Text { text, markdown: None } }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// A message that shows what it is given: `{0}` and `[text](1)` are markup in SARIF (3.11.5, 3.11.6), and
/// messages quote names that the author of a manifest chose.
///
/// Other braces stay single, against the letter of 3.11.5: no viewer undoubles them.
fn message(text: &str) -> Text {
    let text = visible(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.find(['{', '[']) {
        let (before, here) = rest.split_at(at);
        out.push_str(before);
        let inner = here.get(1..).unwrap_or_default();
        let digits = inner.trim_start_matches(|c: char| c.is_ascii_digit());
        rest = inner;
        if here.starts_with('[') {
            out.push_str(if inner.contains("](") { "\\[" } else { "[" });
        } else if let Some(after) = digits.strip_prefix('}').filter(|_| digits.len() < inner.len()) {
            let number = inner.get(..inner.len() - digits.len()).unwrap_or_default();
            let _ = write!(out, "{{{{{number}}}}}");
            rest = after;
        } else {
            out.push('{');
        }
    }
    out.push_str(rest);
    Text { text: out, markdown: None }
}

#[cfg(test)]
mod tests {
    use super::{last_step, message};

    #[test]
    fn markup_of_a_message_is_shown_as_it_is_written() {
        let text = |text: &str| message(text).text;
        assert_eq!(text("plain {} and {a} [1]"), "plain {} and {a} [1]");
        assert_eq!(text("a {0} b {12}"), "a {{0}} b {{12}}");
        assert_eq!(text("{{0}"), "{{{0}}");
        assert_eq!(text("see [here](1) [x]"), "see \\[here](1) [x]");
        assert_eq!(text("a\u{202e}b\n{0}"), "a\\u{202e}b\\n{{0}}");
    }

    #[test]
    fn a_field_goes_by_its_last_step() {
        assert_eq!(last_step("spec.containers[0].image"), "image");
        assert_eq!(last_step("spec.containers[0]"), "containers[0]");
        assert_eq!(last_step("metadata.annotations[a.b/c]"), "a.b/c");
        assert_eq!(last_step("kind"), "kind");
    }
}
