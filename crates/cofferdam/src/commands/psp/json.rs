//! How does a program read what became of policies? Schema `cofferdam/psp-migrate/v1`.

use policy::pod_security::PolicyVersion;
use policy::pod_security_policy::migrate::{Note, Proof, Rule, Verdict};
use serde_json::{Value, json};

use super::text::word;
use super::{Judged, Migrated, Report};

pub(super) fn report(report: &Report) -> serde_json::Result<String> {
    let refused = report.refused.iter().map(|error| {
        let (file, position) = error.source_text.place(error.span.start);
        json!({"file": file, "line": position.line, "field": error.field, "message": error.message})
    });
    let errors = report.failures.iter();
    let errors =
        errors.map(|failure| json!({"file": failure.file, "line": failure.line, "message": failure.message}));
    let mut text = serde_json::to_string_pretty(&json!({
        "schema": "cofferdam/psp-migrate/v1",
        "policies": report.policies.iter().map(policy).collect::<Vec<_>>(),
        "refused": refused.collect::<Vec<_>>(),
        "errors": errors.collect::<Vec<_>>(),
    }))?;
    text.push('\n');
    Ok(text)
}

fn policy(migrated: &Migrated) -> Value {
    let migration = &migrated.migration;
    let version = match migration.level.version {
        PolicyVersion::At(version) => version.to_string(),
        PolicyVersion::Latest => "latest".to_owned(),
    };
    json!({
        "name": migration.policy,
        "file": migrated.place.file,
        "line": migrated.place.line,
        "level": migration.level.level.word(),
        "version": version,
        "stricter": notes(&migration.stricter),
        "grants": notes(&migration.grants),
        "rules": migration.rules.iter().map(rule).collect::<Vec<_>>(),
        "lost": notes(&migration.lost),
        "documents": migration.documents,
        "pods": migrated.pods.iter().map(pod).collect::<Vec<_>>(),
    })
}

fn notes(notes: &[Note]) -> Vec<Value> {
    notes.iter().map(|note| json!({"about": note.about, "text": note.text})).collect()
}

fn rule(rule: &Rule) -> Value {
    json!({"field": rule.field, "expression": rule.expression, "message": rule.message})
}

fn pod(judged: &Judged) -> Value {
    let id = &judged.object;
    let mut pod = json!({
        "object": {"apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name},
        "file": judged.place.file,
        "line": judged.place.line,
    });
    match &judged.proof {
        Ok(proof) => fill(&mut pod, proof),
        Err(error) => pod["error"] = json!(error),
    }
    pod
}

fn fill(pod: &mut Value, proof: &Proof) {
    let verdict = |verdict: &Verdict| json!({"allowed": verdict.is_allowed(), "reasons": verdict.reasons()});
    pod["agreement"] = json!(word(proof.agreement()));
    pod["policy"] = verdict(&proof.policy);
    pod["filledIn"] = json!(proof.filled_in);
    pod["asIs"] = verdict(&proof.as_is);
    pod["filled"] = verdict(&proof.filled);
}
