//! What an unquoted text means, against the library that kubectl and the API server use.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::reader::{documents, lines, untyped, value};

/// The rows that matter to a manifest, so that they are tested where no oracle is.
const KNOWN: &[(&str, &str)] = &[
    ("y", "true"),
    ("Yes", "true"),
    ("on", "true"),
    ("TRUE", "true"),
    ("n", "false"),
    ("No", "false"),
    ("off", "false"),
    ("yEs", r#""yEs""#),
    ("t", r#""t""#),
    ("~", "null"),
    ("NULL", "null"),
    ("nil", r#""nil""#),
    ("", "null"),
    ("0644", "420"),
    ("0o644", "420"),
    ("0800", "800"),
    ("0x1F", "31"),
    ("0b-11", "-3"),
    ("1_000", "1000"),
    ("+1", "1"),
    ("1.0", "1"),
    ("1.10", "1.1"),
    ("1e3", "1000"),
    (".5", "0.5"),
    ("1e400", r#""1e400""#),
    ("1:30", r#""1:30""#),
    ("100m", r#""100m""#),
    ("1Gi", r#""1Gi""#),
    ("2001-01-01", r#""2001-01-01""#),
    ("1.2.3", r#""1.2.3""#),
    ("9223372036854775807", "9223372036854775807"),
    ("!!str yes", r#""yes""#),
    ("!!int \"0644\"", "420"),
    ("!!binary aGk=", r#""hi""#),
    ("!custom 5", r#""5""#),
    ("\"true\"", r#""true""#),
    ("'no'", r#""no""#),
];

/// The value of `v: TEXT`; `None` for an error.
fn ours(text: &str) -> Option<Value> {
    let read = documents(&format!("v: {text}\n"));
    let unreadable = read.problems.iter().any(object::Problem::loses_objects);
    let value = read.trees.first().map(|tree| untyped(value(tree.root())));
    value.filter(|_| !unreadable).map(|value| value["v"].clone())
}

#[test]
fn plain_text_means_what_yaml_1_1_says() {
    for (text, meaning) in KNOWN {
        let meaning: Value = serde_json::from_str(meaning).unwrap();
        assert_eq!(ours(text), Some(meaning), "{text}");
    }
    for refused in
        [".inf", "-.Inf", ".NAN", "!!int x", "!!bool foo", "!!binary ?", "@x", "`x`", "%x", "\"\\q\""]
    {
        assert_eq!(ours(refused), None, "{refused}");
    }
}

#[test]
fn every_text_has_the_value_that_the_oracle_gives_it() {
    let Some(oracle) = testkit::oracle() else { return };
    let texts = texts();
    assert!(texts.len() > 400, "only {} texts", texts.len());
    let mut wrong = Vec::new();
    for (text, answer) in texts.iter().zip(ask(&oracle, &texts)) {
        let theirs = if answer["error"].is_string() { None } else { Some(untyped(answer)) };
        let ours = ours(text);
        // Pasted JSON: tables.rs lists it.
        let forgiven = theirs.is_none() && [r#""\/""#, r#""\ud83d\ude00""#].contains(&text.as_str());
        if ours != theirs && !forgiven {
            wrong.push(format!("{text:?}: ours {ours:?}, theirs {theirs:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

/// Every scalar of the tables in the oracle's README, and numbers put together from their parts.
fn texts() -> Vec<String> {
    let readme = testkit::text(&testkit::repository().join("e2e/oracle/README.md"));
    let (_, scalars) = readme.split_once("### Plain scalars").unwrap();
    let (scalars, _) = scalars.split_once("### Keys").unwrap();
    let pairs = scalars.split(" · ").filter_map(|pair| pair.split_once("` → "));
    let mut texts: Vec<String> =
        pairs.filter_map(|(text, _)| Some(text.rsplit_once('`')?.1.replace("\\|", "|"))).collect();
    texts.extend(KNOWN.iter().map(|(text, _)| (*text).to_owned()));
    for sign in ["", "+", "-"] {
        for prefix in ["", "0", "0x", "0b", "0o", "0X", "."] {
            for digits in ["1", "10", "19", "1f", "1_0", "_1", "1.5", "1e2", "1e-2", "1_", "0", "77", "."] {
                texts.push(format!("{sign}{prefix}{digits}"));
            }
        }
    }
    texts
}

fn ask(oracle: &std::path::Path, texts: &[String]) -> Vec<Value> {
    let mut child =
        Command::new(oracle).arg("scalars").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let asked: String = texts.iter().map(|text| format!("{}\n", json!(text))).collect();
    let writer = std::thread::spawn(move || input.write_all(asked.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let answers = lines(&output.stdout);
    assert_eq!(answers.len(), texts.len());
    answers
}
