//! SARIF 2.1.0.

use std::sync::Arc;

use crate::{expected, sample};
use finding::{Report, apply};
use serde_json::Value;
use testkit::{Form, refusal};

fn sarif(report: &Report) -> String {
    finding::sarif(report, Some(sample::ROOT)).unwrap()
}

fn run(report: &Report) -> Value {
    serde_json::from_str::<Value>(&sarif(report)).unwrap()["runs"][0].take()
}

#[test]
fn a_report_with_everything_is_what_it_was() {
    let text = sarif(&sample::report(sample::FILE));
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    expected::same("sarif.json", &text.replace(&version, "\"version\": \"VERSION\""));
}

#[test]
fn the_schema_of_the_standard_holds() {
    for report in [sample::report("/else/x.yaml"), sample::nothing()] {
        assert_eq!(refusal(Form::Sarif, &sarif(&report)), None);
    }
}

#[test]
fn the_schema_is_asked_at_all() {
    if testkit::python().is_some() {
        let spaced = sarif(&sample::report("a.yaml")).replace("a.yaml", "a b.yaml");
        assert!(refusal(Form::Sarif, &spaced).is_some());
    }
}

#[test]
fn no_secret_is_written() {
    assert!(!sarif(&sample::report(sample::FILE)).contains(sample::PASSWORD));
}

#[test]
fn an_absolute_path_gives_the_same() {
    let absolute = format!("{}/{}", sample::ROOT, sample::FILE);
    assert!(sarif(&sample::report(&absolute)) == sarif(&sample::report(sample::FILE)));
}

#[test]
fn the_replacements_give_the_text_that_the_edits_give() {
    let report = sample::report(sample::FILE);
    let run = run(&report);
    let mut fixed = 0;
    for (finding, result) in report.findings.iter().zip(run["results"].as_array().unwrap()) {
        for fix in result["fixes"].as_array().into_iter().flatten() {
            let text = finding.source.text();
            let replaced = replace(text, &fix["artifactChanges"][0]["replacements"]);
            assert_eq!(Some(replaced), apply(text, &finding.fix.as_ref().unwrap().edits));
            fixed += 1;
        }
    }
    assert_eq!(fixed, 1, "neither waived nor rendered findings, nor one that tells a secret, have a fix");
}

#[test]
fn a_fingerprint_survives_a_move_and_tells_findings_apart() {
    let prints = |report: &Report| -> Vec<String> {
        let run = run(report);
        let of = |result: &Value| {
            result["partialFingerprints"]["cofferdamFinding/v2"].as_str().unwrap().to_owned()
        };
        run["results"].as_array().unwrap().iter().map(of).collect()
    };
    let report = sample::report(sample::FILE);
    let mut moved = sample::report("elsewhere.yaml");
    for finding in &mut moved.findings {
        finding.span.start += 1;
        Arc::make_mut(finding.object.as_mut().unwrap()).api_version = "v2".to_owned();
    }
    let mut before = prints(&report);
    let mut after = prints(&moved);
    before.sort();
    after.sort();
    assert_eq!(before, after);
    before.dedup();
    assert_eq!(before.len(), report.findings.len());
}

#[test]
fn a_run_that_could_not_judge_everything_has_not_succeeded() {
    let successful =
        |report: &Report| run(report)["invocations"][0]["executionSuccessful"].as_bool().unwrap();
    let mut report = sample::report(sample::FILE);
    assert!(!successful(&report));
    assert!(!successful(&sample::nothing()));
    report.errors.clear();
    assert!(successful(&report));
}

/// What a viewer does with the replacements of one artifact: lines and columns of the text as it was.
fn replace(text: &str, replacements: &Value) -> String {
    let mut text = text.to_owned();
    for each in replacements.as_array().unwrap().iter().rev() {
        let region = &each["deletedRegion"];
        let at = |line: &str, column: &str| {
            let number = |key: &str| region[key].as_u64().unwrap() as usize;
            let before: usize = text.split_inclusive('\n').take(number(line) - 1).map(str::len).sum();
            let rest = &text[before..];
            before + rest.char_indices().nth(number(column) - 1).map_or(rest.len(), |(at, _)| at)
        };
        let range = at("startLine", "startColumn")..at("endLine", "endColumn");
        text.replace_range(range, each["insertedContent"]["text"].as_str().unwrap_or_default());
    }
    text
}

#[test]
fn nothing_in_a_name_acts_on_who_reads_it() {
    let report = sample::report("a\u{202e}\n\u{1b}.yaml");
    let text = sarif(&report);
    assert!(sample::is_plain(&text), "{text}");
    let is_plain = |value: &Value| value.as_str().is_none_or(sample::is_plain);
    for result in run(&report)["results"].as_array().unwrap() {
        assert!(
            is_plain(&result["message"]["text"])
                && !result["message"]["text"].as_str().unwrap().contains('\n')
        );
        for place in result["locations"][0]["logicalLocations"].as_array().into_iter().flatten() {
            let names = [&place["name"], &place["fullyQualifiedName"]];
            assert!(
                names.iter().all(|name| !name.as_str().unwrap().contains('\n') && is_plain(name)),
                "{place}"
            );
        }
    }
}
