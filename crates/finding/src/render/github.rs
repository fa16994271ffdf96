//! Workflow commands of GitHub Actions: annotations beside the lines of a pull request.

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::place::{below, by_path, unsaid};
use super::summary;
use super::summary::nothing_judged;
use super::visible;
use crate::{Failure, Finding, Report, Severity};

/// The report as workflow commands, worst first, and its figures as the last line.
///
/// GitHub shows ten errors, ten warnings and ten notices of a step: they are better the worst ones than those
/// of the first file. Paths under `root` are written relative to it.
pub fn github(report: &Report, root: Option<&str>) -> String {
    let mut out = String::new();
    let unsaid: Vec<&Failure> = unsaid(report).collect();
    for failure in by_path(&unsaid, |failure| below(root, &failure.file)) {
        error(failure, root, &mut out);
    }
    if report.objects == 0 {
        let _ = writeln!(out, "::error title=cofferdam::{}", nothing_judged(report));
    }
    let mut findings = by_path(&report.findings, |finding| below(root, finding.file()));
    findings.sort_by_key(|finding| Reverse(finding.severity));
    for finding in findings.into_iter().filter(|finding| finding.waived.is_none()) {
        annotation(report, finding, root, &mut out);
    }
    out.push_str(&summary(report, None));
    out.push('\n');
    out
}

fn annotation(report: &Report, finding: &Finding, root: Option<&str>, out: &mut String) {
    let (file, start, end) = finding.source.region(finding.span);
    let _ = write!(out, "::{} ", command(finding.severity));
    let _ = write!(
        out,
        "file={},line={},endLine={}",
        property(&visible(below(root, file))),
        start.line,
        end.line
    );
    // Columns of a span over several lines are refused by the API that the runner calls.
    if start.line == end.line {
        let _ = write!(out, ",col={},endColumn={}", start.column, end.column);
    }
    let title = format!("{} ({})", finding.id, finding.severity);
    let _ = writeln!(out, ",title={}::{}", property(&title), message(&said(report, finding)));
}

/// What the annotation says: the finding, the object it is about, the way out.
fn said(report: &Report, finding: &Finding) -> String {
    let mut text = visible(&finding.message).into_owned();
    if let Some(object) = &finding.object {
        let _ = write!(text, "\nin {}", visible(&object.title()));
        if !finding.field.is_empty() {
            let _ = write!(text, ", {}", visible(&finding.field));
        }
    }
    if let Some(advice) = report.advice.get(finding.id).filter(|advice| !advice.help.is_empty()) {
        let _ = write!(text, "\n{}", advice.help);
    }
    text
}

fn error(failure: &Failure, root: Option<&str>, out: &mut String) {
    let _ = write!(out, "::error file={}", property(&visible(below(root, &failure.file))));
    if let Some(line) = failure.line {
        let _ = write!(out, ",line={line}");
    }
    let _ = writeln!(out, ",title=not judged::{}", message(&visible(&failure.message)));
}

const fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    }
}

/// The text behind `::`. A line end would start a command of the manifest's author.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which also ends at `,` and `:`.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
