//! How does a person read what became of policies?

use policy::pod_security::Level;
use policy::pod_security_policy::migrate::{Agreement, LABEL, Note, Proof};

use super::{Judged, Migrated, Report};

pub(super) fn report(report: &Report) -> String {
    let mut out = String::new();
    for migrated in &report.policies {
        policy(&mut out, migrated);
    }
    for error in &report.refused {
        line(&mut out, format_args!("refused: {error}"));
        out.push_str("  nothing here takes its place: mend it and run this again\n\n");
    }
    for failure in &report.failures {
        let at = failure.line.map(|line| format!(":{line}")).unwrap_or_default();
        line(&mut out, format_args!("not read: {}{at}: {}", failure.file, failure.message));
        out.push('\n');
    }
    let count = counted(report.policies.len(), "policy", "policies");
    line(
        &mut out,
        format_args!("{count}; the label `{LABEL}: NAME` puts a namespace under what a policy became"),
    );
    out
}

/// One line: nothing that stands in a manifest makes two of it.
fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.push_str(&finding::visible(&text.to_string()));
    out.push('\n');
}

/// The word for an agreement.
pub(super) const fn word(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::Same => "same",
        Agreement::Stricter => "stricter",
        Agreement::Looser => "looser",
    }
}

fn policy(out: &mut String, migrated: &Migrated) {
    let migration = &migrated.migration;
    line(out, format_args!("{} ({}:{})", migration.policy, migrated.place.file, migrated.place.line));
    let level = if migration.level.level == Level::Privileged {
        "privileged".to_owned()
    } else {
        migration.level.to_string()
    };
    line(out, format_args!("  level     {level}"));
    notes(out, "because", &migration.grants);
    if migration.level.level > Level::Privileged {
        notes(out, "asks more", &migration.stricter);
    }
    let mut fields: Vec<&str> = migration.rules.iter().map(|rule| rule.field).collect();
    fields.dedup();
    if !fields.is_empty() {
        line(out, format_args!("  rules     {}", fields.join(", ")));
    }
    notes(out, "lost", &migration.lost);
    pods(out, &migrated.pods);
    out.push('\n');
}

fn notes(out: &mut String, title: &str, notes: &[Note]) {
    for note in notes {
        line(out, format_args!("  {title:<9} {}: {}", note.about, note.text));
    }
}

fn pods(out: &mut String, pods: &[Judged]) {
    if pods.is_empty() {
        out.push_str("  pods      none given: `--pods PATH` holds the result against some\n");
        return;
    }
    let alike = pods.iter().filter(|judged| !judged.differs()).count();
    let changed = pods.iter().filter(|judged| judged.needs_change()).count();
    let more = match changed {
        0 => String::new(),
        _ => format!("; of {changed} the manifest must say what the policy filled in"),
    };
    line(out, format_args!("  pods      {alike} of {} judged alike{more}", pods.len()));
    for judged in pods {
        pod(out, judged);
    }
}

fn pod(out: &mut String, judged: &Judged) {
    let place = format!("{} ({}:{})", judged.object.title(), judged.place.file, judged.place.line);
    match &judged.proof {
        Err(error) => {
            line(out, format_args!("    unreadable {place}"));
            line(out, format_args!("      {error}"));
        }
        Ok(proof) if judged.differs() => {
            line(out, format_args!("    {:<8} {place}", word(proof.agreement())));
            for reason in reasons(proof) {
                line(out, format_args!("      {reason}"));
            }
        }
        Ok(proof) if judged.needs_change() => {
            line(out, format_args!("    change   {place}"));
            line(out, format_args!("      {}", proof.filled_in.join(", ")));
        }
        Ok(_) => {}
    }
}

/// Why the one side refuses what the other lets in.
fn reasons(proof: &Proof) -> &[String] {
    match proof.agreement() {
        Agreement::Looser => proof.policy.reasons(),
        Agreement::Same | Agreement::Stricter => proof.filled.reasons(),
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
