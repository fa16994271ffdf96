//! JUnit XML: a suite for each file, a case for each finding, as Jenkins and GitLab read it.
//!
//! There is no standard beyond what those two accept. The elements here are the ones of Ant's report task, which
//! both follow.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::place::{below, unsaid};
use super::summary::nothing_judged;
use super::visible;
use crate::{Failure, Finding, Report, Waived, WaivedBy};

/// The report as JUnit XML. Paths under `root` are written relative to it.
///
/// A waived finding is a skipped case, an input that could not be read an error, a file without findings one case
/// that passed. The severity does not matter here: below the threshold a finding is a failed case all the same.
pub fn junit(report: &Report, root: Option<&str>) -> String {
    let suites = suites(report, root);
    let all = suites.values().flatten().fold(Counts::default(), Counts::and);
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let _ = writeln!(out, "<testsuites name=\"cofferdam\" {}>", all.attributes());
    for (file, cases) in &suites {
        let counts = cases.iter().fold(Counts::default(), Counts::and);
        let _ = writeln!(out, "  <testsuite name=\"{}\" {}>", attribute(&visible(file)), counts.attributes());
        for case in cases {
            case.write(file, &mut out);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// One `testcase`.
struct Case {
    class: String,
    name: String,
    line: Option<u32>,
    outcome: Outcome,
}

/// What is inside of it.
enum Outcome {
    Passed,
    Failed { id: &'static str, message: String, text: String },
    Waived { reason: String },
    Error { message: String },
}

fn suites<'a>(report: &'a Report, root: Option<&str>) -> BTreeMap<&'a str, Vec<Case>> {
    let mut suites: BTreeMap<&str, Vec<Case>> = BTreeMap::new();
    let mut silent: BTreeSet<&str> = report.inputs.iter().map(String::as_str).collect();
    for failure in unsaid(report) {
        silent.retain(|input| !speaks_of(input, &failure.file));
        suites.entry(below(root, &failure.file)).or_default().push(not_judged(failure));
    }
    for finding in &report.findings {
        let file = finding.file();
        // What an overlay becomes is said where it comes from, which need not be below the overlay.
        silent.retain(|input| ![file, finding.source.name()].iter().any(|said| speaks_of(input, said)));
        suites.entry(below(root, file)).or_default().push(case(report, finding, root));
    }
    for input in silent {
        suites.entry(below(root, input)).or_default().push(passed(below(root, input)));
    }
    if report.objects == 0 {
        let outcome = Outcome::Error { message: nothing_judged(report).to_owned() };
        let case = Case { class: "cofferdam".to_owned(), name: "judge".to_owned(), line: None, outcome };
        suites.entry("cofferdam").or_default().push(case);
    }
    for cases in suites.values_mut() {
        number_repetitions(cases);
    }
    suites
}

/// Whether a file is the input, or a template of the chart or overlay that is the input.
fn speaks_of(input: &str, file: &str) -> bool {
    let below = || file.strip_prefix(input).is_some_and(|rest| rest.starts_with('/') || input.ends_with('/'));
    file == input || input == "." || below()
}

fn case(report: &Report, finding: &Finding, root: Option<&str>) -> Case {
    let object = finding.object.as_deref().map(crate::ObjectRef::title);
    let class = object.unwrap_or_else(|| below(root, finding.file()).to_owned());
    let outcome = match &finding.waived {
        Some(waived) => Outcome::Waived { reason: accepted(waived) },
        None => Outcome::Failed {
            id: finding.id,
            message: finding.message.clone(),
            text: details(report, finding, root),
        },
    };
    let name = format!("{}: {}", finding.id, finding.message);
    Case { class, name, line: Some(finding.start().line), outcome }
}

/// Nobody accepted what only stands in the baseline.
fn accepted(waived: &Waived) -> String {
    match waived.by {
        WaivedBy::Comment | WaivedBy::Config => format!("waived: {}", waived.reason),
        WaivedBy::Baseline => waived.reason.clone(),
    }
}

/// GitLab keeps one case of each class and name and drops the rest: repetitions are numbered.
fn number_repetitions(cases: &mut [Case]) {
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    for case in cases {
        let count = seen.entry((case.class.clone(), case.name.clone())).or_default();
        *count += 1;
        if *count > 1 {
            let _ = write!(case.name, " ({count})");
        }
    }
}

fn details(report: &Report, finding: &Finding, root: Option<&str>) -> String {
    let (start, file) = (finding.start(), visible(below(root, finding.file())));
    let message = visible(&finding.message);
    let mut text = format!("{file}:{}:{}: {}: {message}", start.line, start.column, finding.severity);
    if let Some(object) = &finding.object {
        let _ = write!(text, "\nin: {}", visible(&object.title()));
        if !finding.field.is_empty() {
            let _ = write!(text, ", {}", visible(&finding.field));
        }
    }
    if let Some(advice) = report.advice.get(finding.id) {
        let said = [("why", &advice.why), ("help", &advice.help)];
        for (word, said) in said.into_iter().filter(|(_, said)| !said.is_empty()) {
            let _ = write!(text, "\n{word}: {said}");
        }
        let _ = write!(text, "\nmore: cofferdam explain {}", finding.id);
    }
    text
}

fn not_judged(failure: &Failure) -> Case {
    let outcome = Outcome::Error { message: failure.message.clone() };
    Case { class: "cofferdam".to_owned(), name: "read".to_owned(), line: failure.line, outcome }
}

fn passed(input: &str) -> Case {
    let name = format!("nothing to object to in {input}");
    Case { class: "cofferdam".to_owned(), name, line: None, outcome: Outcome::Passed }
}

impl Case {
    fn write(&self, file: &str, out: &mut String) {
        let [class, name, file] = [&self.class, &self.name, file].map(|text| attribute(&visible(text)));
        let _ = write!(out, "    <testcase classname=\"{class}\" name=\"{name}\" file=\"{file}\"");
        if let Some(line) = self.line {
            let _ = write!(out, " line=\"{line}\"");
        }
        out.push('>');
        let _ = match &self.outcome {
            Outcome::Passed => Ok(()),
            Outcome::Failed { id, message, text } => {
                let (message, text) = (attribute(&visible(message)), content(text));
                write!(out, "\n      <failure type=\"{id}\" message=\"{message}\">{text}</failure>\n    ")
            }
            Outcome::Waived { reason } => {
                write!(out, "\n      <skipped message=\"{}\"/>\n    ", attribute(&visible(reason)))
            }
            Outcome::Error { message } => {
                let message = visible(message);
                let (short, text) = (attribute(&message), content(&message));
                write!(out, "\n      <error type=\"not-judged\" message=\"{short}\">{text}</error>\n    ")
            }
        };
        out.push_str("</testcase>\n");
    }
}

/// The figures that a suite opens with.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn and(self, case: &Case) -> Self {
        let one = |is: bool| usize::from(is);
        Self {
            tests: self.tests + 1,
            failures: self.failures + one(matches!(case.outcome, Outcome::Failed { .. })),
            errors: self.errors + one(matches!(case.outcome, Outcome::Error { .. })),
            skipped: self.skipped + one(matches!(case.outcome, Outcome::Waived { .. })),
        }
    }

    fn attributes(&self) -> String {
        let Self { tests, failures, errors, skipped } = self;
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
    }
}

/// Text between tags, where `]]>` may not stand either. What XML 1.0 has no way to write (section 2.2) or reads as
/// something else (2.11, 3.3.3) is spelled out before it comes here: of control characters only our own line ends are
/// left, and two that show nothing.
fn content(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => out.extend(c.escape_default()),
            _ => out.push(c),
        }
    }
    out
}

/// Text between quotes.
fn attribute(text: &str) -> String {
    content(text).replace('"', "&quot;")
}
