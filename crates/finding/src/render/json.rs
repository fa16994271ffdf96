//! `cofferdam/check/v1`: the report for programs. A contract; see the CLI reference.

use std::fmt::Write as _;

use serde::Serialize;

use super::visible::acts;
use crate::{Failure, Finding, ObjectRef, PodSecurity, Report, Verdict, Waived};

/// The report as one JSON document with a line end.
///
/// # Errors
/// None in practice: every part of a report has a JSON form.
pub fn json(report: &Report) -> serde_json::Result<String> {
    let document = Document {
        schema: "cofferdam/check/v1",
        files: report.files,
        objects: report.objects,
        findings: &report.findings,
        paths: [],
        errors: report.errors.iter().map(error).collect(),
        verdicts: report.verdicts.iter().map(verdict).collect(),
    };
    let mut out = spelled_out(serde_json::to_string_pretty(&document)?);
    out.push('\n');
    Ok(out)
}

/// The same document with the characters escaped that JSON lets through and terminals obey; they can
/// only stand inside of strings.
fn spelled_out(json: String) -> String {
    let escaped = |c: char| acts(c) && c != '\n';
    // The serializer leaves of ASCII only DEL as it is: most documents need no second look.
    if json.is_ascii() && !json.contains('\u{7f}') || !json.chars().any(escaped) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if escaped(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    files: usize,
    objects: usize,
    #[serde(serialize_with = "each")]
    findings: &'a [Finding],
    paths: [(); 0],
    errors: Vec<JsonError<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    verdicts: Vec<JsonVerdict<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonFinding<'a> {
    id: &'static str,
    severity: &'static str,
    message: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    field: &'a str,
    object: Option<&'a ObjectRef>,
    container: Option<&'a str>,
    pss: Option<PodSecurity>,
    fix: Option<JsonFix>,
    waived: Option<&'a Waived>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rendered: Option<&'static str>,
}

#[derive(Serialize)]
struct JsonFix {
    safety: &'static str,
}

#[derive(Serialize)]
struct JsonError<'a> {
    file: &'a str,
    line: Option<u32>,
    message: &'a str,
}

#[derive(Serialize)]
struct JsonVerdict<'a> {
    file: &'a str,
    line: u32,
    object: &'a ObjectRef,
    policy: &'a str,
    allowed: bool,
    message: &'a str,
}

/// One finding after the other: all of them at once would take as much memory again.
fn each<S: serde::Serializer>(findings: &&[Finding], out: S) -> Result<S::Ok, S::Error> {
    out.collect_seq(findings.iter().map(finding))
}

fn finding(finding: &Finding) -> JsonFinding<'_> {
    let (file, start, end) = finding.source.region(finding.span);
    JsonFinding {
        id: finding.id,
        severity: finding.severity.word(),
        message: &finding.message,
        file,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        field: &finding.field,
        object: finding.object.as_deref(),
        container: finding.container.as_deref(),
        pss: finding.pod_security,
        fix: finding.fix.as_ref().map(|fix| JsonFix { safety: fix.safety.word() }),
        waived: finding.waived.as_ref(),
        rendered: match finding.source.origin() {
            crate::Origin::File => None,
            crate::Origin::Rendered { tool, .. } => Some(tool),
        },
    }
}

fn error(failure: &Failure) -> JsonError<'_> {
    JsonError { file: &failure.file, line: failure.line, message: &failure.message }
}

fn verdict(verdict: &Verdict) -> JsonVerdict<'_> {
    JsonVerdict {
        file: &verdict.file,
        line: verdict.line,
        object: &verdict.object,
        policy: &verdict.policy,
        allowed: verdict.message.is_empty(),
        message: &verdict.message,
    }
}
