//! `cofferdam/check/v1`: the report for programs. A contract; see the CLI reference.
//!
//! Findings are most of it, tens of thousands in a large run, and are laid out here field by field: the
//! serializer's own layout takes four times as long. Everything rare goes through it.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;

use super::visible::acts;
use crate::{Failure, Finding, ObjectRef, Origin, Report, Verdict};

/// The report as one JSON document with a line end.
///
/// # Errors
/// None in practice: every part of a report has a JSON form.
pub fn json(report: &Report) -> serde_json::Result<String> {
    /// Bytes of an average finding.
    const FINDING: usize = 560;
    let mut out = String::with_capacity(512 + report.findings.len() * FINDING);
    let (files, objects) = (report.files, report.objects);
    let _ = write!(
        out,
        "{{\n  \"schema\": \"cofferdam/check/v1\",\n  \"files\": {files},\n  \"objects\": {objects}"
    );
    findings(&report.findings, &mut out)?;
    let errors: Vec<_> = report.errors.iter().map(error).collect();
    let verdicts: Vec<_> = report.verdicts.iter().map(verdict).collect();
    out.push_str(",\n  \"paths\": [],\n  \"errors\": ");
    out.push_str(&nested(&errors, "  ")?);
    if !verdicts.is_empty() {
        out.push_str(",\n  \"verdicts\": ");
        out.push_str(&nested(&verdicts, "  ")?);
    }
    out.push_str("\n}\n");
    Ok(spelled_out(out))
}

/// The same document with the characters escaped that JSON lets through and terminals obey; they can
/// only stand inside of strings.
pub(super) fn spelled_out(json: String) -> String {
    let escaped = |c: char| acts(c) && c != '\n';
    // The serializer leaves of ASCII only DEL as it is: most documents need no second look.
    if json.is_ascii() && memchr::memchr(0x7f, json.as_bytes()).is_none() || !json.chars().any(escaped) {
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

fn findings(list: &[Finding], out: &mut String) -> serde_json::Result<()> {
    out.push_str(",\n  \"findings\": [");
    // Findings of one object stand together.
    let mut shown: (Option<&Arc<ObjectRef>>, String) = (None, "null".to_owned());
    for (index, finding) in list.iter().enumerate() {
        let object = finding.object.as_ref();
        if shown.0.map(Arc::as_ptr) != object.map(Arc::as_ptr) {
            shown = (object, nested(&object.map(AsRef::as_ref), INDENT)?);
        }
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        one(finding, &shown.1, out)?;
    }
    out.push_str(if list.is_empty() { "]" } else { "\n  ]" });
    Ok(())
}

/// What stands before the fields of a finding.
const INDENT: &str = "      ";

fn one(finding: &Finding, object: &str, out: &mut String) -> serde_json::Result<()> {
    let (file, start, end) = finding.source.region(finding.span);
    out.push_str("    {\n      \"id\": ");
    string(finding.id, out)?;
    field("severity", out);
    string(finding.severity.word(), out)?;
    field("message", out);
    string(&finding.message, out)?;
    field("file", out);
    string(file, out)?;
    for (name, number) in
        [("line", start.line), ("column", start.column), ("endLine", end.line), ("endColumn", end.column)]
    {
        field(name, out);
        let _ = write!(out, "{number}");
    }
    field("field", out);
    string(&finding.field, out)?;
    field("object", out);
    out.push_str(object);
    field("container", out);
    match &finding.container {
        Some(name) => string(name, out)?,
        None => out.push_str("null"),
    }
    field("pss", out);
    rare(finding.pod_security.as_ref(), out)?;
    field("fix", out);
    match &finding.fix {
        Some(fix) => {
            let _ = write!(out, "{{\n        \"safety\": \"{}\"\n      }}", fix.safety.word());
        }
        None => out.push_str("null"),
    }
    field("waived", out);
    rare(finding.waived.as_ref(), out)?;
    if let Origin::Rendered { tool, .. } = finding.source.origin() {
        field("rendered", out);
        string(tool, out)?;
    }
    out.push_str("\n    }");
    Ok(())
}

fn field(name: &str, out: &mut String) {
    out.push_str(",\n");
    out.push_str(INDENT);
    out.push('"');
    out.push_str(name);
    out.push_str("\": ");
}

fn string(text: &str, out: &mut String) -> serde_json::Result<()> {
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        out.push_str(&serde_json::to_string(text)?);
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
    Ok(())
}

fn rare(value: Option<&impl Serialize>, out: &mut String) -> serde_json::Result<()> {
    match value {
        Some(value) => out.push_str(&nested(value, INDENT)?),
        None => out.push_str("null"),
    }
    Ok(())
}

/// A value as it stands so far inside the document; a line end is never part of a JSON string.
fn nested(value: &impl Serialize, indent: &str) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(value)?.replace('\n', &format!("\n{indent}")))
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
