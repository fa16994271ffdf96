//! The report for people: the source line with carets, why it matters, what to do.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::{Failure, Finding, Report, Severity, Source, Span, Stage};

/// Whether escape codes for colour are written. Colour repeats what words already say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// With escape codes.
    On,
    /// Plain text.
    Off,
}

/// A line longer than this (in bytes) is shown only around the carets.
const LONG_LINE: usize = 400;
/// How much of a long line is shown before and after the carets (in bytes).
const WINDOW: usize = 60;

/// The report as text; `elapsed` is printed in the last line when it is given.
pub fn text(report: &Report, color: Color, elapsed: Option<Duration>) -> String {
    let renderer = match color {
        Color::On => Renderer::styled(),
        Color::Off => Renderer::plain(),
    };
    let mut out = String::new();
    let mut explained = BTreeSet::new();
    for finding in report.findings.iter().filter(|f| f.waived.is_none()) {
        let group = finding_group(report, finding, explained.insert(finding.id));
        out.push_str(&renderer.render(&[group]));
        out.push_str("\n\n");
    }
    for failure in report.errors.iter().filter(|f| f.stage == Stage::Read) {
        out.push_str(&renderer.render(&[failure_group(failure)]));
        out.push_str("\n\n");
    }
    verdicts(report, &mut out);
    summary(report, elapsed, &mut out);
    out
}

fn finding_group<'a>(report: &'a Report, finding: &'a Finding, first: bool) -> Group<'a> {
    let title = level(finding.severity).primary_title(&finding.message).id(finding.id);
    let start = finding.start();
    let origin = Origin::path(finding.file()).line(start.line as usize).char_column(start.column as usize);
    let mut group = title.element(origin).element(snippet(finding));
    if let crate::Origin::Rendered { tool, .. } = finding.source.origin() {
        group = group.element(note(
            "note",
            format!("line {} of what `{tool}` renders from {}", start.line, finding.source.name()),
        ));
    }
    if let Some(what) = about(finding) {
        group = group.element(note("in", what));
    }
    if let Some(advice) = first.then(|| report.advice.get(finding.id)).flatten() {
        if !advice.why.is_empty() {
            group = group.element(note("why", &advice.why));
        }
        if !advice.help.is_empty() {
            group = group.element(Level::HELP.message(&advice.help));
        }
        group = group.element(note("more", format!("cofferdam explain {}", finding.id)));
    }
    group
}

/// The object, and the container where the message does not already name it.
fn about(finding: &Finding) -> Option<String> {
    let mut what = finding.object.as_ref()?.title();
    if !finding.field.is_empty() {
        let _ = write!(what, ", {}", finding.field);
    }
    Some(what)
}

fn failure_group(failure: &Failure) -> Group<'_> {
    Level::ERROR.primary_title(&failure.message).element(Origin::path(&failure.file))
}

/// The lines the finding stands on, with the carets and the labels.
fn snippet(finding: &Finding) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let all = finding.labels.iter().fold(finding.span, |all, label| Span {
        start: all.start.min(label.span.start),
        end: all.end.max(label.span.end),
    });
    window(&finding.source, all, finding.span).annotations(finding.labels.iter().filter_map(|label| {
        let shift = window_start(&finding.source, all)?;
        let range = label.span.range();
        let range = range.start.checked_sub(shift)?..range.end.checked_sub(shift)?;
        Some(AnnotationKind::Context.span(range).label(&label.text))
    }))
}

/// Only the lines that are shown are handed to the renderer: a file can be long, a report can be longer.
fn window(source: &Source, all: Span, primary: Span) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let start = source.position(all.start);
    match window_start(source, all) {
        Some(from) => {
            let lines = source.lines(start.line, source.position(all.end).line);
            let text = source.text().get(lines).unwrap_or_default();
            let range = primary.range();
            let range = range.start.saturating_sub(from)..range.end.saturating_sub(from);
            Snippet::source(text)
                .line_start(start.line as usize)
                .annotation(AnnotationKind::Primary.span(range))
        }
        None => long_line(source, primary),
    }
}

/// Where the shown lines start, or nothing when they are too long to be shown whole.
fn window_start(source: &Source, all: Span) -> Option<usize> {
    let first = source.position(all.start).line;
    let lines = source.lines(first, source.position(all.end).line);
    let text = source.text().get(lines.clone())?;
    text.lines().all(|line| line.len() <= LONG_LINE).then_some(lines.start)
}

/// The neighbourhood of the carets in a line of many thousand characters (minified JSON).
fn long_line(source: &Source, span: Span) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let line = source.position(span.start).line;
    let bounds = source.lines(line, line);
    let start = span.range().start;
    let end = span.range().end.min(start + WINDOW).min(bounds.end).max(start);
    let from = boundary(source.text(), start.saturating_sub(WINDOW).max(bounds.start));
    let to = boundary(source.text(), (end + WINDOW).min(bounds.end));
    let text = source.text().get(from..to).unwrap_or_default();
    let range = start.saturating_sub(from)..boundary(source.text(), end).saturating_sub(from).min(text.len());
    Snippet::source(text).line_start(line as usize).annotation(AnnotationKind::Primary.span(range))
}

fn boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn level(severity: Severity) -> Level<'static> {
    let level = match severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low => Level::NOTE,
        Severity::Info => Level::INFO,
    };
    level.with_name(severity.word())
}

fn note<'a>(
    name: &'static str,
    text: impl Into<std::borrow::Cow<'a, str>>,
) -> annotate_snippets::Message<'a> {
    Level::NOTE.with_name(name).message(text)
}

fn verdicts(report: &Report, out: &mut String) {
    for verdict in report.verdicts.iter().filter(|v| !v.message.is_empty()) {
        let subject = if verdict.object.kind == "Pod" {
            format!("pods \"{}\"", verdict.object.name)
        } else {
            format!("the pods of {}", verdict.object.title())
        };
        let verb = if verdict.object.kind == "Pod" { "is forbidden: violates" } else { "would violate" };
        let _ = writeln!(
            out,
            "{}:{}: {subject} {verb} PodSecurity \"{}\": {}\n",
            verdict.file, verdict.line, verdict.policy, verdict.message
        );
    }
}

fn summary(report: &Report, elapsed: Option<Duration>, out: &mut String) {
    let summary = report.summary();
    let counted = |n: usize, thing: &str| format!("{n} {thing}{}", if n == 1 { "" } else { "s" });
    if summary.by_check.len() > 1 {
        for (id, severity, count) in &summary.by_check {
            let _ = writeln!(out, "{count:>6}  {severity:<8}  {id}");
        }
        out.push('\n');
    }
    let mut parts: Vec<String> =
        summary.by_severity.iter().map(|(severity, count)| format!("{count} {severity}")).collect();
    if parts.is_empty() {
        parts.push("nothing to object to".to_owned());
    }
    if !report.verdicts.is_empty() {
        let denied = report.verdicts.iter().filter(|v| !v.message.is_empty()).count();
        parts.push(format!("{denied} of {} refused", counted(report.verdicts.len(), "pod")));
    }
    if summary.waived > 0 {
        parts.push(format!("{} waived", summary.waived));
    }
    let unread = report.errors.iter().filter(|f| f.stage == Stage::Read).count();
    if unread > 0 {
        parts.push(format!("{} could not be read", counted(unread, "input")));
    }
    let time = elapsed.map_or(String::new(), |elapsed| format!(" in {} ms", elapsed.as_millis()));
    let _ = writeln!(
        out,
        "{}, {}{time}: {}",
        counted(report.files, "file"),
        counted(report.objects, "object"),
        parts.join(", ")
    );
}
