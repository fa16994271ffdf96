//! Our libraries and environment beside those of the API server, which `e2e/oracle` links.

mod ask;
mod expressions;
mod show;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use ask::{Question, ask};
use show::{Verdict, ours, theirs};

/// Asks both sides and lists where they differ, the shortest expression first.
fn compare(questions: &[Question]) {
    let Some(oracle) = testkit::oracle() else { return };
    let answers = ask(&oracle, questions);
    let mut wrong = Vec::new();
    let mut counts = BTreeMap::new();
    for (question, answer) in questions.iter().zip(&answers) {
        let (theirs, ours) = (theirs(answer), ours(question));
        *counts.entry(theirs.kind()).or_insert(0) += 1;
        if let Some(what) = theirs.difference(&ours)
            && !known(question, &theirs, &ours)
        {
            wrong.push((
                question.expr.len(),
                format!("{what}: {question}\n  upstream {theirs}\n  we       {ours}"),
            ));
        }
    }
    wrong.sort();
    let shown: Vec<&str> = wrong.iter().take(12).map(|(_, text)| text.as_str()).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} differ ({counts:?}):\n{}",
        wrong.len(),
        questions.len(),
        shown.join("\n")
    );
    println!("{} expressions agree: {counts:?}", questions.len());
}

/// Where we differ on purpose.
fn known(question: &Question, theirs: &Verdict, ours: &Verdict) -> bool {
    let _ = (question, theirs, ours);
    false
}

#[test]
fn library_functions_yield_what_upstreams_do() {
    compare(&expressions::of_libraries(3000));
}

#[test]
fn every_version_knows_its_own_functions() {
    let mut questions = Vec::new();
    for minor in 23..=37 {
        for expr in expressions::ONE_OF_EACH {
            questions.push(Question::plain(expr).version(minor));
        }
    }
    compare(&questions);
}

#[test]
fn admission_variables_have_upstreams_types() {
    let vars = json!({
        "object": {"metadata": {"name": "a", "labels": {"x": "y"}}, "spec": {"replicas": 3, "ratio": 0.5, "none": null}},
        "oldObject": null,
        "params": {"data": {"max": "5"}},
        "namespaceObject": {"metadata": {"name": "ns", "labels": {"team": "a"}, "creationTimestamp": "2024-01-02T03:04:05Z"}},
        "request": {
            "uid": "u", "kind": {"group": "apps", "version": "v1", "kind": "Deployment"},
            "resource": {"group": "apps", "version": "v1", "resource": "deployments"},
            "requestKind": {"group": "apps", "version": "v1", "kind": "Deployment"},
            "name": "a", "namespace": "ns", "operation": "CREATE",
            "userInfo": {"username": "bob", "groups": ["g"], "extra": {"k": ["v"]}}, "object": null, "dryRun": false,
            "options": {"kind": "CreateOptions"}
        }
    });
    compare(
        &expressions::OF_ADMISSION.iter().map(|expr| Question::admission(expr, &vars)).collect::<Vec<_>>(),
    );
}

#[test]
fn mutations_build_upstreams_objects() {
    let vars: Json = json!({"object": {"spec": {"replicas": 3, "a/b~c": 1}}});
    compare(
        &expressions::OF_MUTATIONS.iter().map(|expr| Question::mutation(expr, &vars)).collect::<Vec<_>>(),
    );
}
