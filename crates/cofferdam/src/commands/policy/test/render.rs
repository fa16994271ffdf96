//! How is the outcome of test cases shown?

use std::fmt::Write as _;

use finding::visible;
use policy::admission_policy::suite::Difference;
use serde_json::{Value, json};

use super::{CaseRun, Run};

/// What differs, and a line that sums up.
pub(super) fn text(run: &Run) -> String {
    let mut out = String::new();
    for error in &run.errors {
        let _ = writeln!(out, "error: {}", visible(error));
    }
    for case in run.suites.iter().flat_map(|suite| &suite.cases).filter(|case| !case.differences.is_empty()) {
        let _ = writeln!(out, "{}:{}: {}", visible(&case.file), case.line, visible(&case.name));
        for difference in &case.differences {
            let _ = writeln!(out, "  {}", visible(&difference.what));
            let _ = writeln!(out, "    expected  {}", indented(&difference.expected));
            let _ = writeln!(out, "    got       {}", indented(&difference.got));
            if let Some(help) = difference.help {
                let _ = writeln!(out, "    help      {help}");
            }
        }
    }
    let (passed, failed) = counts(run);
    let errors = run.errors.len();
    let errors = if errors == 0 { String::new() } else { format!(", {}", counted(errors, "error")) };
    let _ = writeln!(out, "{} passed, {} failed{errors}", counted(passed, "case"), failed);
    out
}

/// Lines below each other, and nothing in them that a terminal would act on.
fn indented(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(visible).collect();
    lines.join("\n              ")
}

fn counted(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

fn counts(run: &Run) -> (usize, usize) {
    let cases = || run.suites.iter().flat_map(|suite| &suite.cases);
    let failed = cases().filter(|case| !case.differences.is_empty()).count();
    (cases().count() - failed, failed)
}

/// The schema `cofferdam/policy-test/v1`.
pub(super) fn json(run: &Run) -> String {
    let (passed, failed) = counts(run);
    let case = |case: &CaseRun| {
        json!({
            "name": case.name,
            "file": case.file,
            "line": case.line,
            "passed": case.differences.is_empty(),
            "differences": case.differences.iter()
                .map(difference)
                .collect::<Vec<_>>(),
        })
    };
    let suites: Vec<_> = run
        .suites
        .iter()
        .map(|suite| json!({"directory": suite.directory, "cases": suite.cases.iter().map(case).collect::<Vec<_>>()}))
        .collect();
    let report = json!({
        "schema": "cofferdam/policy-test/v1",
        "passed": passed,
        "failed": failed,
        "suites": suites,
        "errors": run.errors,
        "warnings": run.warnings,
    });
    format!("{report:#}\n")
}

fn difference(each: &Difference) -> Value {
    let mut shown = json!({"what": each.what, "expected": each.expected, "got": each.got});
    if let (Some(help), Some(map)) = (each.help, shown.as_object_mut()) {
        map.insert("help".to_owned(), help.into());
    }
    shown
}

/// JUnit XML: a suite a directory, a case a case.
pub(super) fn junit(run: &Run) -> String {
    let (passed, failed) = counts(run);
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let errors = run.errors.len();
    let all = passed + failed + errors;
    let _ = writeln!(
        out,
        "<testsuites name=\"cofferdam policy test\" tests=\"{all}\" failures=\"{failed}\" errors=\"{errors}\">"
    );
    for suite in &run.suites {
        let failures = suite.cases.iter().filter(|case| !case.differences.is_empty()).count();
        let name = escaped(&suite.directory);
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\">",
            suite.cases.len()
        );
        for case in &suite.cases {
            junit_case(case, &name, &mut out);
        }
        out.push_str("  </testsuite>\n");
    }
    if errors > 0 {
        let _ = writeln!(out, "  <testsuite name=\"documents\" tests=\"{errors}\" errors=\"{errors}\">");
        for error in &run.errors {
            let text = escaped(error);
            let _ = writeln!(
                out,
                "    <testcase classname=\"documents\" name=\"{text}\"><error message=\"{text}\"/></testcase>"
            );
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn junit_case(case: &CaseRun, class: &str, out: &mut String) {
    let (name, file) = (escaped(&case.name), escaped(&case.file));
    let _ = write!(
        out,
        "    <testcase classname=\"{class}\" name=\"{name}\" file=\"{file}\" line=\"{}\"",
        case.line
    );
    if case.differences.is_empty() {
        out.push_str("/>\n");
        return;
    }
    let what: Vec<&str> = case.differences.iter().map(|difference| difference.what.as_str()).collect();
    let details: Vec<String> = case
        .differences
        .iter()
        .map(|d| format!("{}: expected {}, got {}", d.what, d.expected, d.got))
        .collect();
    let _ = writeln!(
        out,
        ">\n      <failure message=\"{} differs\">{}</failure>\n    </testcase>",
        escaped(&what.join(", ")),
        escaped(&details.join("\n"))
    );
}

/// Text for XML: what has a meaning there is named, what XML cannot hold is replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
