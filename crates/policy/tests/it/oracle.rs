//! Our verdict and text against Pod Security admission's own evaluator, which `e2e/oracle` links.

mod admission;
mod containers;
mod json;
mod pods;
pub(crate) mod random;
mod values;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

pub(crate) use random::Random;
use serde_json::Value;

use crate::judge::judge;

/// More of them, or another seed below, are a soak.
const RANDOM_PODS: u64 = 2_001;
const POLICIES_PER_POD: usize = 10;
const POLICIES_PER_FIXTURE: usize = 2;

/// An object in JSON, and the policies to judge it by.
type Case = (String, Vec<String>);

/// Both strict levels at every version, one past the newest, and `latest`; and the level that asks nothing.
fn policies() -> Vec<String> {
    let versions: Vec<String> =
        (0..=38).map(|minor| format!("v1.{minor}")).chain(["latest".to_owned()]).collect();
    let strict = versions.iter().flat_map(|v| ["baseline", "restricted"].map(|level| format!("{level}:{v}")));
    strict.chain(["privileged:latest".to_owned()]).collect()
}

#[test]
fn random_pods_get_upstreams_verdict_in_upstreams_words() {
    let Some(oracle) = testkit::oracle() else { return };
    let mut random = Random::new(1);
    let mut policies = policies().into_iter().cycle();
    let cases: Vec<Case> = (0..RANDOM_PODS)
        .map(|_| (pods::object(&mut random), policies.by_ref().take(POLICIES_PER_POD).collect()))
        .collect();
    compare(&oracle, &cases);
}

#[test]
fn upstreams_own_test_pods_get_its_verdict_at_other_versions_too() {
    let Some(oracle) = testkit::oracle() else { return };
    let fixtures = answers(&Command::new(&oracle).arg("pss-fixtures").output().unwrap());
    assert!(fixtures.len() > 4000, "only {} fixtures", fixtures.len());
    let mut all = policies().into_iter().cycle();
    let cases: Vec<Case> = fixtures
        .iter()
        .map(|fixture| {
            let own = fixture["policy"].as_str().unwrap().to_owned();
            let others = all.by_ref().take(POLICIES_PER_FIXTURE - 1);
            (fixture["object"].to_string(), std::iter::once(own).chain(others).collect())
        })
        .collect();
    let told = compare(&oracle, &cases);
    for (fixture, told) in fixtures.iter().zip(told.chunks(POLICIES_PER_FIXTURE)) {
        assert_eq!(
            told[0].is_empty(),
            fixture["expect"] == "pass",
            "{} {}",
            fixture["policy"],
            fixture["name"]
        );
    }
}

#[test]
fn every_character_is_quoted_as_upstream_quotes_it() {
    let Some(oracle) = testkit::oracle() else { return };
    // Planes 4 to 13, 15 and 16 hold no character that prints.
    let all: Vec<char> = ('\0'..='\u{3ffff}').chain('\u{e0000}'..='\u{e0fff}').collect();
    let pod = |chars: &[char]| {
        let value = json::text(&chars.iter().collect::<String>());
        let key = "container.apparmor.security.beta.kubernetes.io/a";
        format!(
            r#"{{"apiVersion": "v1", "kind": "Pod", "metadata": {{"annotations": {{"{key}": {value}}}}}, "spec": {{}}}}"#
        )
    };
    let cases: Vec<Case> =
        all.chunks(64).map(|chars| (pod(chars), vec!["baseline:latest".to_owned()])).collect();
    compare(&oracle, &cases);
}

/// Holds what we say against what upstream says, and returns the latter.
fn compare(oracle: &Path, cases: &[Case]) -> Vec<String> {
    let told = ask(oracle, cases);
    let (mut rest, mut wrong) = (told.as_slice(), Vec::new());
    for (object, policies) in cases {
        let (theirs, others) = rest.split_at(policies.len());
        rest = others;
        let ours = judge(object, policies);
        if let Some(at) = (0..ours.len()).find(|at| ours[*at] != theirs[*at]) {
            let (policy, theirs, ours) = (&policies[at], &theirs[at], &ours[at]);
            wrong.push(format!("{policy} {object}\n  upstream {theirs}\n  we       {ours}"));
        }
    }
    wrong.sort_by_key(String::len);
    let shortest = wrong.get(..3).unwrap_or(&wrong).join("\n");
    assert!(
        wrong.is_empty(),
        "{} of {} objects differ, the shortest being\n{shortest}",
        wrong.len(),
        cases.len()
    );
    told
}

/// Asks the oracle everything in one go.
fn ask(oracle: &Path, cases: &[Case]) -> Vec<String> {
    let mut questions = String::new();
    for (object, policies) in cases {
        for (index, policy) in policies.iter().enumerate() {
            // Without an object a question is asked of the object before.
            let object = if index == 0 { format!(r#", "object": {object}"#) } else { String::new() };
            questions.extend([r#"{"policy": ""#, policy, "\"", &object, "}\n"]);
        }
    }
    let mut child =
        Command::new(oracle).arg("pss").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(questions.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let asked: usize = cases.iter().map(|(_, policies)| policies.len()).sum();
    let told: Vec<String> = answers(&output)
        .iter()
        .map(|told| {
            let text = told["message"].as_str().unwrap_or_else(|| panic!("{told}"));
            assert_eq!(told["allowed"], text.is_empty(), "{told}");
            text.to_owned()
        })
        .collect();
    assert_eq!(told.len(), asked);
    told
}

fn answers(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
