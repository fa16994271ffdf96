//! Do the formats for services hold on real manifests, from the command line to the file?

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may fall over

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const FORMATS: [&str; 3] = ["sarif", "junit", "github"];

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").canonicalize().unwrap()
}

/// Runs in `examples/`; an empty input is no input.
fn cofferdam(words: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cofferdam"));
    command.args(words).current_dir(examples()).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn out(words: &[&str]) -> String {
    String::from_utf8(cofferdam(words, "").stdout).unwrap()
}

fn results(sarif: &str) -> Vec<Value> {
    let mut log: Value = serde_json::from_str(sarif).unwrap();
    serde_json::from_value(log["runs"][0]["results"].take()).unwrap()
}

#[test]
fn absolute_and_relative_paths_give_the_same_bytes() {
    let absolute = examples().join("shop");
    for format in FORMATS {
        let relative = out(&["check", "--format", format, "shop"]);
        assert!(relative.contains("shop/web.yaml"), "{format}");
        assert!(relative == out(&["check", "--format", format, absolute.to_str().unwrap()]), "{format}");
        assert!(relative == out(&["check", "--format", format, "./shop/"]), "{format}");
    }
}

#[test]
fn a_report_in_a_file_leaves_its_figures_on_standard_error() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for format in FORMATS.into_iter().chain(["json"]) {
        let file = folder.join(format!("report.{format}"));
        let words = ["check", "--format", format, "-o", file.to_str().unwrap(), "shop"];
        let told = cofferdam(&words, "");
        assert_eq!((told.status.code(), told.stdout.len()), (Some(1), 0), "{format}");
        let said = String::from_utf8(told.stderr).unwrap();
        assert!(said.contains(&format!("report.{format}: 13 files, ")), "{said}");
        assert!(std::fs::read_to_string(&file).unwrap() == out(&["check", "--format", format, "shop"]));
        let quiet = cofferdam(&[&words[..], &["--quiet"]].concat(), "");
        assert_eq!(String::from_utf8(quiet.stderr).unwrap(), "", "{format}");
    }
}

#[test]
fn every_format_has_every_finding() {
    let json: Value = serde_json::from_str(&out(&["check", "--format", "json", "."])).unwrap();
    let findings = json["findings"].as_array().unwrap();
    let open = findings.iter().filter(|finding| finding["waived"].is_null()).count();
    assert_eq!(results(&out(&["check", "--format", "sarif", "."])).len(), findings.len());
    assert_eq!(out(&["check", "--format", "junit", "."]).matches("<failure ").count(), open);
    assert_eq!(out(&["check", "--format", "github", "."]).lines().count(), open + 1);
}

#[test]
fn the_readers_accept_what_real_manifests_give() {
    use testkit::{Form, refusal};
    assert_eq!(refusal(Form::Sarif, &out(&["check", "--format", "sarif", "."])), None);
    assert_eq!(refusal(Form::Xml, &out(&["check", "--format", "junit", "."])), None);
}

#[test]
fn a_fix_applied_from_sarif_ends_its_finding() {
    let mut fixed = 0;
    for result in results(&out(&["check", "--format", "sarif", "shop"])) {
        let Some(change) = result["fixes"][0]["artifactChanges"].get(0) else { continue };
        let uri = change["artifactLocation"]["uri"].as_str().unwrap();
        let text = std::fs::read_to_string(examples().join(uri)).unwrap();
        let rule = result["ruleId"].as_str().unwrap();
        let count = |text: &str| {
            let found = cofferdam(&["check", "--format", "sarif", "--only", rule, "-"], text).stdout;
            results(&String::from_utf8(found).unwrap()).len()
        };
        assert!(count(&replace(&text, &change["replacements"])) < count(&text), "{rule} in {uri}");
        fixed += 1;
    }
    assert!(fixed > 5, "{fixed}");
}

#[test]
fn the_values_of_secrets_are_in_no_format() {
    let pod = "kind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    \
        image: a\n    env: [{name: DB_PASSWORD, value: correct-horse-battery}]\n";
    for format in FORMATS {
        let told = cofferdam(&["check", "--format", format, "-"], pod);
        let text = String::from_utf8(told.stdout).unwrap();
        assert!(text.contains("secret-in-env") && !text.contains("correct-horse"), "{format}");
    }
}

#[test]
fn nothing_to_judge_is_told_in_every_format() {
    for format in FORMATS {
        let told = cofferdam(&["check", "--format", format, "-"], "replicas: 1\n");
        assert_eq!(told.status.code(), Some(2), "{format}");
        assert!(String::from_utf8(told.stdout).unwrap().contains("nothing could be judged"), "{format}");
    }
}

/// What a viewer does with the replacements of one artifact: lines and columns of the text as it was.
fn replace(text: &str, replacements: &Value) -> String {
    let mut text = text.to_owned();
    for each in replacements.as_array().unwrap().iter().rev() {
        let region = &each["deletedRegion"];
        let at = |line: &str, column: &str| {
            let number = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap();
            let before: usize = text.split_inclusive('\n').take(number(line) - 1).map(str::len).sum();
            let rest = &text[before..];
            before + rest.char_indices().nth(number(column) - 1).map_or(rest.len(), |(at, _)| at)
        };
        let range = at("startLine", "startColumn")..at("endLine", "endColumn");
        text.replace_range(range, each["insertedContent"]["text"].as_str().unwrap_or_default());
    }
    text
}
