//! Our CEL against the API server's own, which `e2e/oracle` links: compile verdict, type, value, error and cost.

mod cases;
mod generate;
mod told;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use crate::oracle::Random;
use told::{Told, ours};

/// More of them, or another seed below, are a soak.
const RANDOM_EXPRESSIONS: usize = 6_000;

#[test]
fn expressions_that_people_write_mean_the_same() {
    compare("written", &cases::WRITTEN.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
}

#[test]
fn generated_expressions_mean_the_same() {
    let seed = std::env::var("COFFERDAM_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut random = Random::new(seed);
    let expressions: Vec<String> =
        (0..RANDOM_EXPRESSIONS).map(|_| generate::expression(&mut random)).collect();
    compare("generated", &expressions);
}

#[test]
fn the_specifications_own_cases_mean_the_same() {
    let Some(oracle) = testkit::oracle() else { return };
    let output = Command::new(&oracle).arg("cel-conformance").output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let expressions: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap())
        .filter(|case| case["test"]["container"].is_null())
        .map(|case| case["test"]["expr"].as_str().unwrap_or_default().to_owned())
        // Their types come from protobuf packages, of which the API server's environment knows the well-known ones.
        .filter(|text| !text.contains("google.protobuf.") && !text.contains("TestAllTypes"))
        // Not of the API server either, but other functions of its own bear the same names.
        .filter(|text| !text.contains("math.") && !text.contains("a.namespace()"))
        .collect();
    assert!(expressions.len() > 1500, "only {} cases", expressions.len());
    compare("specification", &expressions);
}

/// Holds what we say of each expression against what the API server says.
fn compare(name: &str, expressions: &[String]) {
    let Some(oracle) = testkit::oracle() else { return };
    let theirs = ask(&oracle, expressions);
    let mut wrong: Vec<String> = Vec::new();
    for (text, theirs) in expressions.iter().zip(&theirs) {
        let ours = ours(text);
        if let Some(difference) = ours.difference(&Told::of_oracle(theirs))
            && !some_walk_agrees(&oracle, text, &ours)
        {
            wrong.push(format!("{text}\n  {difference}"));
        }
    }
    wrong.sort_by_key(String::len);
    if let Some(path) = std::env::var_os("COFFERDAM_DIFFERENCES") {
        let path = Path::new(&path).join(name);
        std::fs::write(path, wrong.join("\n")).unwrap();
    }
    let shortest = wrong.get(..5).unwrap_or(&wrong).join("\n");
    assert!(
        wrong.is_empty(),
        "{} of {} expressions differ, the shortest being\n{shortest}",
        wrong.len(),
        expressions.len()
    );
}

/// Asks the oracle everything in one go.
/// Go walks a map in another order every time, and where a loop ends decides what it costs: we walk in the order of
/// the text, which must be one of upstream's.
fn some_walk_agrees(oracle: &Path, text: &str, ours: &Told) -> bool {
    let asked = vec![text.to_owned(); WALKS];
    ask(oracle, &asked).iter().any(|theirs| ours.difference(&Told::of_oracle(theirs)).is_none())
}

/// Of two entries the one we begin with is missed so often once in 2^64.
const WALKS: usize = 64;

fn ask(oracle: &Path, expressions: &[String]) -> Vec<Json> {
    let mut questions = String::new();
    for text in expressions {
        let question = json!({
            "mode": "plain", "version": "1.37", "expr": text, "vars": told::variables(), "declare": told::types(),
        });
        questions.push_str(&question.to_string());
        questions.push('\n');
    }
    if let Some(path) = std::env::var_os("COFFERDAM_DIFFERENCES") {
        std::fs::write(Path::new(&path).join("questions"), &questions).unwrap();
    }
    let mut child =
        Command::new(oracle).arg("cel").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(questions.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let answers: Vec<Json> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), expressions.len());
    answers
}
