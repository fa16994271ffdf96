//! The cases of the suite: who lets the pod in, changed how, or what is said against it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use finding::Source;
use object::Limits;
use policy::pod_security_policy::{Decision, Pass, Standing};
use policy::value::of;
use serde_json::{Value, json};

use super::case::Case;

fn case(file: &Value) -> Case {
    let pod = file["pod"].clone();
    let update = file["operation"] == "UPDATE";
    // The suite says only that old and new differ where it matters.
    let old = update.then(|| {
        let mut old = pod.clone();
        old["metadata"]["labels"]["conformance"] = json!("old");
        old
    });
    let names = |list: &Vec<Value>| list.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    Case {
        policies: file["policies"].as_array().unwrap().clone(),
        authorized: file["authorized"].as_array().map(names),
        pod,
        old,
        pass: if update { Pass::Validating } else { Pass::Mutating },
        // Three cases hold a policy that the API server would not have taken when new.
        standing: Standing::Stored,
    }
}

/// What is wrong with our answer, if anything.
fn differs(file: &Value) -> Option<String> {
    let expect = &file["expect"];
    let case = case(file);
    match case.decide(&case.read()).unwrap() {
        Decision::Admitted(admission) => {
            let mutated: Value =
                admission.changes.values.into_iter().collect::<serde_json::Map<_, _>>().into();
            let same = expect["allowed"] == true
                && expect["policy"] == admission.policy
                && expect["mutated"] == mutated;
            (!same).then(|| format!("admitted by {}, mutated {mutated}", admission.policy))
        }
        Decision::Denied(denial) => {
            let said: BTreeSet<String> = denial
                .violations
                .iter()
                .map(|one| {
                    json!({"field": one.field, "type": one.kind.word(), "detail": one.detail}).to_string()
                })
                .collect();
            let expected = expect["errors"].as_array();
            let expected: BTreeSet<String> = expected.into_iter().flatten().map(Value::to_string).collect();
            let same = expect["allowed"] == false && said == expected;
            (!same).then(|| format!("denied: {}", denial.text))
        }
        Decision::NotJudged => Some("not judged".to_owned()),
    }
}

pub(super) fn file(path: &Path) -> Value {
    let source = Arc::new(Source::file(path.display().to_string(), testkit::text(path)));
    let documents = object::documents(&source, Limits::default());
    assert!(documents.problems.is_empty(), "{}: {:?}", path.display(), documents.problems);
    of(documents.trees[0].root())
}

#[test]
fn every_case_of_the_suite_is_decided_as_written() {
    let Some(folder) = testkit::conformance("psp") else { return };
    let (mut judged, mut wrong) = (0, Vec::new());
    for path in testkit::yaml_files(&folder) {
        let file = file(&path);
        judged += 1;
        if let Some(said) = differs(&file) {
            wrong.push(format!("{}\n  expected {}\n  said     {said}", file["case"], file["expect"]));
        }
    }
    assert_eq!(judged, 84, "cases in the suite");
    assert!(wrong.is_empty(), "{} of {judged} differ:\n{}", wrong.len(), wrong.join("\n"));
}
