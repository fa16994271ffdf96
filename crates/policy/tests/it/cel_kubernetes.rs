//! Our libraries and environment beside those of the API server, which `e2e/oracle` links.

mod ask;
mod expressions;
mod objects;
mod show;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value as Json, json};

use ask::{Question, ask};
use show::{Verdict, ours, theirs};

/// Asks both sides and lists where they differ, the shortest expression first.
fn compare(questions: &[Question]) {
    compare_about(questions, |_| None);
}

/// The same, of an object as it was read.
fn compare_about<'a>(questions: &[Question], object: impl Fn(usize) -> Option<object::Node<'a>>) {
    let Some(oracle) = testkit::oracle() else { return };
    let answers = ask(&oracle, questions);
    let mut wrong = Vec::new();
    let mut counts = BTreeMap::new();
    for (index, (question, answer)) in questions.iter().zip(&answers).enumerate() {
        let (theirs, ours) = (theirs(answer), ours(question, object(index)));
        *counts.entry(theirs.kind()).or_insert(0) += 1;
        if let Some(what) = theirs.difference(&ours)
            && !known(question, &theirs, &ours)
            && !some_walk_agrees(&oracle, question, &ours)
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
}

/// Go walks a map in another order every time; ours must be one of them.
fn some_walk_agrees(oracle: &Path, question: &Question, ours: &Verdict) -> bool {
    let asked = vec![question.clone(); 64];
    ask(oracle, &asked).iter().any(|answer| theirs(answer).difference(ours).is_none())
}

/// Where we differ on purpose.
fn known(question: &Question, theirs: &Verdict, ours: &Verdict) -> bool {
    // Equality of values of libraries is an error upstream where their Go types differ: a computed quantity on the
    // right, an address and a string, the authorizer. We answer.
    let uncomparable = matches!(theirs, Verdict::Failed { why, .. } if why.ends_with("no such overload"))
        && matches!(ours, Verdict::Found { .. });
    if uncomparable && question.expr.contains(" == ") {
        return true;
    }
    // Before 1.28 numbers of different types were not compared; we always do.
    if question.minor.is_some_and(|minor| minor < 28) && question.expr == "1 < 1.5" {
        return true;
    }
    // Quantities of more than 1.7e29 are refused.
    if matches!(ours, Verdict::Failed { why, .. } if why.contains("more digits")) {
        return true;
    }
    false
}

#[test]
fn library_functions_yield_what_upstreams_do() {
    compare(&expressions::of_libraries(6000));
}

#[test]
fn every_version_knows_its_own_functions() {
    let mut questions = Vec::new();
    for minor in 23..=37 {
        for expr in expressions::one_of_each() {
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
        "namespaceObject": {"metadata": {"name": "ns", "labels": {"team": "a"}, "creationTimestamp": "2024-01-02T03:04:05Z"},
            "spec": {}, "status": {}},
        "request": {
            "uid": "u", "kind": {"group": "apps", "version": "v1", "kind": "Deployment"},
            "resource": {"group": "apps", "version": "v1", "resource": "deployments"},
            "requestKind": {"group": "apps", "version": "v1", "kind": "Deployment"},
            "name": "a", "namespace": "ns", "operation": "CREATE",
            "userInfo": {"username": "bob", "groups": ["g"], "extra": {"k": ["v"]}}, "object": null, "oldObject": null, "dryRun": false,
            "options": {"kind": "CreateOptions"}
        }
    });
    compare(&expressions::of_admission().map(|expr| Question::admission(expr, &vars)).collect::<Vec<_>>());
}

#[test]
fn mutations_build_upstreams_objects() {
    let vars: Json = json!({"object": {"spec": {"replicas": 3, "a/b~c": 1}}});
    compare(&expressions::of_mutations().map(|expr| Question::mutation(expr, &vars)).collect::<Vec<_>>());
}

/// One object of so many is asked about, so often; fewer are a soak.
const ONE_OF: usize = 1;
const EXPRESSIONS_PER_OBJECT: usize = 12;

#[test]
fn real_objects_read_as_upstream_reads_them() {
    let objects = objects::corpus(ONE_OF);
    let mut random = crate::oracle::random::Random::new(expressions::seed());
    let mut questions = Vec::new();
    for object in &objects {
        let vars = json!({"object": objects::json_of(object.root())});
        for _ in 0..EXPRESSIONS_PER_OBJECT {
            questions.push(Question::admission(&objects::about(&vars["object"], &mut random), &vars));
        }
    }
    compare_about(&questions, |index| objects.get(index / EXPRESSIONS_PER_OBJECT).map(object::Object::root));
}
