//! The report for people: the source line with carets, why it matters, what to do; the worst first.

mod sections;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use self::sections::{Entry, Section, sections, subject};
use super::secrets::Secrets;
use super::summary;
use super::visible::visible;
use crate::{Failure, Finding, Report, Severity, Span, Stage};

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
/// Characters in a line of prose.
const PROSE: usize = 92;
/// How much of a long line is shown before and after the carets (in bytes).
const WINDOW: usize = 60;

/// The report as text; `elapsed` is printed in the last line when it is given.
pub fn text(report: &Report, color: Color, elapsed: Option<Duration>) -> String {
    let secrets = Secrets::of(report);
    let renderer = match color {
        Color::On => Renderer::styled(),
        Color::Off => Renderer::plain(),
    };
    let mut out = String::new();
    let mut explained = BTreeSet::new();
    let sections = sections(report.findings.iter().filter(|f| f.waived.is_none()));
    for section in &sections {
        if sections.len() > 1 {
            let _ = writeln!(out, "{}\n", headline(section, color));
        }
        for entry in &section.entries {
            let group = entry_group(report, entry, &secrets, explained.insert(entry.first.id));
            out.push_str(&renderer.render(&[group]));
            out.push_str("\n\n");
        }
    }
    for failure in report.errors.iter().filter(|f| f.stage == Stage::Read) {
        out.push_str(&renderer.render(&[failure_group(failure)]));
        out.push_str("\n\n");
    }
    verdicts(report, &mut out);
    figures(report, elapsed, &mut out);
    out
}

/// `Deployment shop/web, deploy/web.yaml: 1 critical, 2 high`.
fn headline(section: &Section<'_>, color: Color) -> String {
    let object = section.object.map(|object| format!("{}, ", object.title())).unwrap_or_default();
    let tally: Vec<String> =
        section.tally().iter().map(|(severity, count)| format!("{count} {severity}")).collect();
    let line = format!("{object}{}: {}", section.file, tally.join(", "));
    let line = visible(&line);
    match color {
        Color::On => format!("\u{1b}[1m{line}\u{1b}[0m"),
        Color::Off => line.into_owned(),
    }
}

fn entry_group<'a>(report: &'a Report, entry: &Entry<'a>, secrets: &Secrets, explain: bool) -> Group<'a> {
    let finding = entry.first;
    let title = level(finding.severity).primary_title(visible(&finding.message)).id(finding.id);
    let mut group = match (finding.source.origin(), shown(finding)) {
        (crate::Origin::File, Shown::Lines(lines)) => {
            title.element(snippet(finding, secrets, lines).path(visible(finding.file())))
        }
        (_, Shown::Lines(range) | Shown::Window(range)) => {
            let place = finding.start();
            let origin = Origin::path(visible(finding.file()))
                .line(place.line as usize)
                .char_column(place.column as usize);
            title.element(origin).element(snippet(finding, secrets, range).line_numbering(false))
        }
    };
    if let crate::Origin::Rendered { tool, .. } = finding.source.origin() {
        let line = finding.source.position(finding.span.start).line;
        group = group.element(note(
            "note",
            format!("line {line} of what `{tool}` renders from {}", visible(finding.source.name())),
        ));
    }
    if let Some(what) = about(finding) {
        group = group.element(note("in", visible(&what).into_owned()));
    }
    if !entry.others.is_empty() {
        let others: Vec<String> = entry.others.iter().map(|other| place_of(other)).collect();
        group = group.element(note("also", others.join("\n")));
    }
    if let Some(advice) = explain.then(|| report.advice.get(finding.id)).flatten() {
        if !advice.why.is_empty() {
            group = group.element(note("why", wrapped(&advice.why)));
        }
        if !advice.help.is_empty() {
            group = group.element(Level::HELP.message(wrapped(&advice.help)));
        }
        group = group.element(note("more", format!("cofferdam explain {}", finding.id)));
    }
    group
}

/// What else the same is said of, and where: ``container `db` (web.yaml:31:9)``.
fn place_of(finding: &Finding) -> String {
    let named = subject(finding).and_then(|named| finding.message.get(named));
    let (what, start) = (named.unwrap_or(&finding.field), finding.start());
    let place = format!("{}:{}:{}", finding.file(), start.line, start.column);
    let line = if what.is_empty() { place } else { format!("{what} ({place})") };
    visible(&line).into_owned()
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
    let place = Origin::path(visible(&failure.file));
    let place = failure.line.map_or(place.clone(), |line| place.line(line as usize));
    Level::ERROR.primary_title(visible(&failure.message)).element(place)
}

/// What of the source is shown: only that is handed to the renderer, a file can be long.
enum Shown {
    /// Whole lines.
    Lines(Range<usize>),
    /// The neighbourhood of the carets in a line of many thousand characters (minified JSON).
    Window(Range<usize>),
}

fn shown(finding: &Finding) -> Shown {
    let source = &finding.source;
    let labels = finding.labels.iter().map(|label| label.span);
    let near = labels.filter(|span| source.slice(*span).len() < LONG_LINE);
    let all = near.fold(finding.span, |all, span| Span {
        start: all.start.min(span.start),
        end: all.end.max(span.end),
    });
    let (first, last) = (source.position(all.start).line, source.position(all.end).line);
    if (first..=last).all(|line| source.lines(line, line).len() <= LONG_LINE) {
        Shown::Lines(source.lines(first, last))
    } else {
        Shown::Window(around(finding))
    }
}

/// The lines the finding stands on, with the carets and the labels.
fn snippet<'a>(finding: &'a Finding, secrets: &Secrets, shown: Range<usize>) -> Snippet<'a, Annotation<'a>> {
    let source = &finding.source;
    // A span that begins outside of what is shown is left out: the renderer refuses it.
    let within = |span: Span| {
        let range = span.range();
        let (start, end) = (range.start.max(shown.start), range.end.clamp(shown.start, shown.end));
        (range.start >= shown.start && start <= shown.end)
            .then(|| start - shown.start..end.max(start) - shown.start)
    };
    let labels = finding.labels.iter().filter_map(|label| {
        let text = (!label.text.is_empty()).then(|| visible(&label.text));
        Some(AnnotationKind::Context.span(within(label.span)?).label(text))
    });
    let first = source.position(shown.start as u32).line;
    Snippet::source(secrets.masked(source, shown.clone()))
        .line_start(first as usize)
        .annotation(AnnotationKind::Primary.span(within(finding.span).unwrap_or(0..0)))
        .annotations(labels)
}

fn around(finding: &Finding) -> Range<usize> {
    let (source, span) = (&finding.source, finding.span.range());
    let line = source.position(finding.span.start).line;
    let bounds = source.lines(line, line);
    let end = span.end.min(span.start + WINDOW);
    let from = boundary(source.text(), span.start.saturating_sub(WINDOW).max(bounds.start));
    from..boundary(source.text(), (end + WINDOW).min(bounds.end)).max(from)
}

/// Prose in lines that a terminal holds.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > PROSE {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out
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

fn note<'a>(name: &'static str, text: impl Into<Cow<'a, str>>) -> annotate_snippets::Message<'a> {
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
        let line = format!(
            "{}:{}: {subject} {verb} PodSecurity \"{}\": {}",
            verdict.file, verdict.line, verdict.policy, verdict.message
        );
        let _ = writeln!(out, "{}\n", visible(&line));
    }
}

fn figures(report: &Report, elapsed: Option<Duration>, out: &mut String) {
    let by_check = report.summary().by_check;
    if by_check.len() > 1 {
        for (id, severity, count) in &by_check {
            let _ = writeln!(out, "{count:>6}  {severity:<8}  {id}");
        }
        out.push('\n');
    }
    out.push_str(&summary(report, elapsed));
    out.push('\n');
}
