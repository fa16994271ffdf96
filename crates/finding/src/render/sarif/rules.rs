//! What does the log say about each check that found something?

use std::collections::BTreeMap;

use super::level;
use super::log::{Configuration, Rule, RuleProperties, Text};
use crate::{Advice, Report, Severity};

/// The rules, by id. A rule is as severe as its worst finding: services show one severity for all of them.
pub(super) fn of(report: &Report) -> Vec<Rule> {
    let mut worst: BTreeMap<&'static str, Severity> = BTreeMap::new();
    for finding in &report.findings {
        let severity = worst.entry(finding.id).or_insert(finding.severity);
        *severity = finding.severity.max(*severity);
    }
    worst.into_iter().map(|(id, severity)| rule(id, severity, report.advice.get(id))).collect()
}

fn rule(id: &'static str, severity: Severity, advice: Option<&Advice>) -> Rule {
    let why = advice.map(|advice| advice.why.as_str()).filter(|why| !why.is_empty()).unwrap_or(id);
    let help = advice.map(|advice| advice.help.as_str()).unwrap_or_default();
    let first = why.split_once(". ").map_or(why, |(first, _)| first).trim_end_matches('.');
    Rule {
        id,
        short_description: Text { text: first.to_owned(), markdown: None },
        full_description: both(why.to_owned()),
        help: both([help, &format!("More: `cofferdam explain {id}`")].join("\n\n").trim().to_owned()),
        default_configuration: Configuration { level: level(severity) },
        properties: RuleProperties { security_severity: score(severity), tags: ["security", "kubernetes"] },
    }
}

/// Markdown as it is, and the same for those who show it as it is.
fn both(markdown: String) -> Text {
    Text { text: markdown.replace('`', ""), markdown: Some(markdown) }
}

/// The middle of the range that GitHub gives each word: above 9.0 critical, from 7.0 high, from 4.0 medium, then low.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.0",
    }
}
