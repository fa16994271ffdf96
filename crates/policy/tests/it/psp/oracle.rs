//! Our decisions against those of Kubernetes' own plugin, which `e2e/psp-oracle` links.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use policy::pod_security_policy::{Decision, Pass, Policies, Standing, synced_seccomp};
use serde_json::{Value, json};

use super::case::{Case, objects, one};
use super::{pods, policies};
use crate::oracle::random::Random;

/// More of them, or another seed below, are a soak.
const CASES: u64 = 10_500;

#[test]
fn random_policies_and_pods_get_upstreams_decision_changes_and_words() {
    let Some(oracle) = testkit::psp_oracle() else { return };
    let mut random = Random::new(24);
    let cases: Vec<Case> = (0..CASES).map(|_| case(&mut random)).collect();
    let told = ask(&oracle, &cases);
    let mut tally = std::collections::BTreeMap::new();
    let mut wrong: Vec<String> = Vec::new();
    for (case, told) in cases.iter().zip(&told) {
        match compare(case, told) {
            Ok(what) => *tally.entry(what).or_insert(0) += 1,
            Err(what) => wrong.push(format!("{}\n  {what}", case.line())),
        }
    }
    wrong.sort_by_key(String::len);
    let shortest = wrong.get(..3).unwrap_or(&wrong).join("\n");
    assert!(wrong.is_empty(), "{} of {CASES} differ, the shortest being\n{shortest}", wrong.len());
    // A generator that never lets a pod in, or never changes one, would prove little.
    for what in ["admitted", "admitted changed", "denied", "not judged", "unreadable pod"] {
        let times = tally.get(what).copied().unwrap_or(0);
        assert!(times >= CASES / 200, "only {times} of {CASES} are {what}: {tally:?}");
    }
}

fn case(random: &mut Random) -> Case {
    let policies = policies::policies(random);
    let pod = pods::pod(random);
    let authorized = random.one_in(4).then(|| {
        ["a", "b.x", "m", "z-1"].into_iter().filter(|_| random.one_in(2)).map(str::to_owned).collect()
    });
    let old = random.one_in(5).then(|| old(random, &pod));
    let validating = if old.is_some() { !random.one_in(8) } else { random.one_in(5) };
    let pass = if validating { Pass::Validating } else { Pass::Mutating };
    let standing = if random.one_in(4) { Standing::Stored } else { Standing::New };
    Case { policies, authorized, pod, old, pass, standing }
}

/// The pod that is replaced: the same but for one thing.
fn old(random: &mut Random, pod: &Value) -> Value {
    let mut old = pod.clone();
    match random.below(5) {
        0 => {}
        1 => old["metadata"]["finalizers"] = json!(["example.com/x"]),
        2 => {
            old["metadata"]["ownerReferences"] =
                json!([{"apiVersion": "v1", "kind": "Pod", "name": "x", "uid": "u"}]);
        }
        3 => old["metadata"]["labels"] = json!({"a": "b"}),
        _ => old["spec"]["nodeName"] = json!("elsewhere"),
    }
    old
}

/// What both say, in a word, or how they differ.
fn compare(case: &Case, told: &Value) -> Result<&'static str, String> {
    let policies = case.read();
    same_policies(case, &policies, told)?;
    if told["podError"].is_string() {
        return match case.decide(&policies) {
            Err(_) => Ok("unreadable pod"),
            Ok(ours) => Err(format!("upstream cannot read the pod: {}, we say {ours:?}", told["podError"])),
        };
    }
    let told_admitted = told["allowed"].as_bool().unwrap();
    let audit = told["annotations"].as_object().unwrap();
    match case.decide(&policies)? {
        Decision::NotJudged if told_admitted && audit.is_empty() => Ok("not judged"),
        Decision::Admitted(ours) if told_admitted => {
            if audit.get(ours.audit.0) != Some(&json!(ours.policy)) {
                return Err(format!("upstream admits by {audit:?}, we by {}", ours.policy));
            }
            let mut pod = told["defaulted"].clone();
            ours.apply(&mut pod);
            same_pod("the changed pod", &told["mutated"], &pod)?;
            if case.pass == Pass::Mutating {
                synced(told)?;
            }
            Ok(if ours.changes.values.is_empty() { "admitted" } else { "admitted changed" })
        }
        Decision::Denied(ours) if !told_admitted => {
            let said: Vec<String> = ours.violations.iter().map(ToString::to_string).collect();
            let lists = told["errors"].as_array();
            let expected: Vec<&str> = lists
                .into_iter()
                .flatten()
                .flat_map(|l| l.as_array().unwrap())
                .filter_map(Value::as_str)
                .collect();
            if said != expected {
                return Err(format!("upstream says {expected:#?}, we say {said:#?}"));
            }
            // Upstream puts several policies in random order.
            if lists.is_none_or(|lists| lists.len() < 2) && told["message"] != ours.text {
                return Err(format!("upstream says {}, we say {}", told["message"], ours.text));
            }
            Ok("denied")
        }
        ours => {
            Err(format!("upstream: allowed {told_admitted}, {audit:?}, {}; we: {ours:?}", told["message"]))
        }
    }
}

/// Both take the same policies; what upstream takes and then leaves out, we refuse.
fn same_policies(case: &Case, ours: &Policies, told: &Value) -> Result<(), String> {
    let theirs = told["used"].as_array().unwrap();
    for (policy, (used, errors)) in
        case.policies.iter().zip(theirs.iter().zip(told["policyErrors"].as_array().unwrap()))
    {
        let name = policy["metadata"]["name"].as_str().unwrap();
        if ours.taken.iter().any(|taken| taken.name == name) != used.as_bool().unwrap() {
            let refused: Vec<String> = ours.refused.iter().map(ToString::to_string).collect();
            return Err(format!("policy {name}: upstream says {errors}, used {used}, we say {refused:?}"));
        }
    }
    Ok(())
}

/// The fields and annotations that the API server adds before it validates.
fn synced(told: &Value) -> Result<(), String> {
    let mutated = objects(&told["mutated"]);
    let changes = synced_seccomp(one(&mutated)).map_err(|error| error.to_string())?;
    let mut pod = told["mutated"].clone();
    changes.apply(&mut pod);
    pod["status"] = told["synced"]["status"].clone();
    same_pod("the pod in step", &told["synced"], &pod)
}

fn same_pod(what: &str, theirs: &Value, ours: &Value) -> Result<(), String> {
    if theirs == ours { Ok(()) } else { Err(format!("{what}: upstream {theirs}\n  we {ours}")) }
}

fn ask(oracle: &Path, cases: &[Case]) -> Vec<Value> {
    let questions: String = cases.iter().map(|case| case.line() + "\n").collect();
    let mut child = Command::new(oracle).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(questions.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::str::from_utf8(&output.stdout).unwrap();
    let told: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told.len(), cases.len());
    told
}
