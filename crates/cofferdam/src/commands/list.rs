//! `cofferdam list`: what is built in.

use std::fmt::Write as _;

use check::in_cel::{Twin, twin};
use check::{CHECKS, Check, Page};
use finding::Severity;
use serde_json::json;

use crate::cli::{ListArgs, ListFormat, ListWhat};
use crate::exit::Outcome;
use crate::ui::Ui;

pub(crate) fn run(args: &ListArgs, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let ListWhat::Checks { format } = &args.what;
    let text = match format {
        ListFormat::Json => as_json()?,
        ListFormat::Text => as_table(),
    };
    ui.data(&text)?;
    Ok(Outcome::Clean)
}

fn as_json() -> serde_json::Result<String> {
    let row = |check: &&Check| {
        json!({
            "id": check.id,
            "severity": check.severity.word(),
            "severities": check.severities().map(Severity::word).collect::<Vec<_>>(),
            "stage": check.stage.word(),
            "since": check.since,
            "pss": check.profile.map(check::Profile::any),
            "vap": in_vap(check),
            "title": first_sentence(&Page::parse(check.page).why),
        })
    };
    let checks: Vec<_> = CHECKS.iter().map(row).collect();
    let mut text = serde_json::to_string_pretty(&json!({"schema": "cofferdam/checks/v1", "checks": checks}))?;
    text.push('\n');
    Ok(text)
}

/// Whether `policy export --to vap` writes the check, or why it cannot.
fn in_vap(check: &Check) -> serde_json::Value {
    match twin(check.id) {
        Some(Twin::Cel(_)) => json!({"exported": true, "why": null}),
        Some(Twin::Never(why)) => json!({"exported": false, "why": why}),
        None => json!(null),
    }
}

fn as_table() -> String {
    let mut out = String::new();
    for check in CHECKS {
        let security = check.profile.map(|p| format!("{} {}", p.any().level, p.any().id)).unwrap_or_default();
        let line = format!("{:<33}  {:<18}  {security}", check.id, severity(check));
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let _ = writeln!(out, "\n{} checks; `cofferdam explain ID` shows the page of one", CHECKS.len());
    out
}

/// `high`, or `high (low, medium)` where a finding may be those too.
pub(super) fn severity(check: &Check) -> String {
    let others: Vec<&str> =
        check.severities().filter(|each| *each != check.severity).map(Severity::word).collect();
    if others.is_empty() {
        return check.severity.to_string();
    }
    format!("{} ({})", check.severity, others.join(", "))
}

fn first_sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.')
}
