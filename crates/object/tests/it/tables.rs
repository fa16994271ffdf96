//! Every row of the tables in `e2e/oracle/README.md`: what Kubernetes' libraries make of a text.
//!
//! The oracle's own test holds the tables against the libraries, so this file needs no oracle.

use serde_json::Value;

use crate::reader::{Told, told, untyped};

/// In which way we differ from kubectl.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// We refuse what it reads.
    Stricter,
    /// We read what it refuses, where nothing can hide.
    Forgiving,
    /// We report what it refuses, and read what stands around it too.
    ReadsOn,
}
use Way::{Forgiving, ReadsOn, Stricter};

/// Rows where we differ on purpose, and why.
const DIFFERENCES: &[(&str, Way, &str)] = &[
    ("- &x foo\n- *x: bar\n", Stricter, "in YAML 1.2 the colon belongs to the name"),
    ("a: &a:b 1\n", Stricter, "the same, for an anchor"),
    ("a: b\u{85}c: d\n", Stricter, "no editor shows that a line ends here"),
    ("a: 1\u{2028}b: 2\n", Stricter, "the same"),
    ("a: |\n  b\u{2028}  c\n", Stricter, "the same"),
    ("{\"a\":\"\\ud83d\"}", Stricter, "half a character is nobody's intention"),
    ("a: \"x\"#c\n", Stricter, "YAML 1.2 wants a blank before a comment"),
    ("[a,#c\nb]\n", Stricter, "the same"),
    ("[a:]\n", Stricter, "YAML 1.1 and 1.2 read it differently"),
    ("[?a]\n", Stricter, "the same"),
    ("[-]\n", Stricter, "the same"),
    ("a: 1\n--- b\n---\nc: 1\n", ReadsOn, "kubectl loses the document before a bad separator"),
    ("a: |\n-----BEGIN\n", ReadsOn, "the same"),
    ("{\"a\":1}\n{\"b\":2}\n---\nc: 3\n", ReadsOn, "kubectl never leaves JSON after two objects"),
    ("{\"a\":1} x\n", Forgiving, "kubectl's reader needs four more bytes to leave JSON"),
    ("a: {\"b\":\"\\ud83d\\ude00\"}\n", Forgiving, "pasted JSON"),
    ("[{\"a\":\"\\ud83d\\ude00\"}]", Forgiving, "the same"),
    ("a: {\"b\":\"\\/\"}\n", Forgiving, "the same"),
    ("x: {\"a\"\n  :1}\n", Forgiving, "the same"),
    ("[::1]\n", Forgiving, "text in YAML 1.2"),
    ("\t\na: 1\n", Forgiving, "a line of a tab holds nothing"),
    ("a: 1\n\t\nb: 2\n", Forgiving, "the same"),
    ("a: \"1\"\n\t\nb: 2\n", Forgiving, "the same"),
    ("a:\n\t\n  b: 1\n", Forgiving, "the same"),
    ("a: 1\n\t# c\nb: 2\n", Forgiving, "nor does a comment after a tab"),
    ("a: {\n\tb: 1\n\t}\n", Forgiving, "nor does a tab before a bracket"),
    ("a: |\n  \tb\n", Forgiving, "block text that starts with a tab"),
    ("a: |\n  x\n\t\nb: 1\n", Forgiving, "the same"),
];

#[test]
fn a_text_is_read_as_the_tables_say() {
    let rows = rows();
    assert!(rows.len() > 190, "{} rows, the tables were not understood", rows.len());
    let mut wrong = Vec::new();
    for (input, theirs) in &rows {
        let ours: Vec<Told> = told(input).into_iter().map(normal).collect();
        let listed = DIFFERENCES.iter().find(|(known, ..)| known == input).map(|(_, way, _)| *way);
        if difference(&ours, theirs) != listed.map(Ok) {
            wrong.push(format!("{input:?} {listed:?}\n  ours   {ours:?}\n  theirs {theirs:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    for (known, ..) in DIFFERENCES {
        assert!(rows.iter().any(|(input, _)| input == known), "{known:?} is no row");
    }
}

/// How two readings differ; an error when two values do.
fn difference(ours: &[Told], theirs: &[Told]) -> Option<Result<Way, ()>> {
    let failed = |told: &&Told| matches!(told, Told::Error(_));
    let [our_values, their_values] =
        [ours, theirs].map(|told| told.iter().filter(|told| !failed(told)).collect::<Vec<_>>());
    let [our_errors, their_errors] = [ours, theirs].map(|told| told.iter().filter(failed).count());
    let within = |few: &[&Told], many: &[&Told]| few.iter().all(|told| many.contains(told));
    match (our_values == their_values, our_errors.min(1), their_errors.min(1)) {
        (true, 0, 0) | (true, 1, 1) => None,
        (false, 1, 0) if within(&our_values, &their_values) => Some(Ok(Stricter)),
        (_, 0, 1) if within(&their_values, &our_values) => Some(Ok(Forgiving)),
        (false, 1, 1) if within(&their_values, &our_values) => Some(Ok(ReadsOn)),
        _ => Some(Err(())),
    }
}

fn normal(told: Told) -> Told {
    match told {
        Told::Value(value) => Told::Value(untyped(value)),
        error @ Told::Error(_) => error,
    }
}

/// Input and result of every row whose input is text.
fn rows() -> Vec<(String, Vec<Told>)> {
    let readme = testkit::text(&testkit::repository().join("e2e/oracle/README.md"));
    let (_, tables) = readme.split_once("## Input and result").unwrap();
    tables.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<(String, Vec<Told>)> {
    let cells: Vec<String> =
        line.replace("\\|", "\u{1}").split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect();
    let [_, input, result, ..] = cells.as_slice() else { return None };
    let input = code(input)?;
    if !input.starts_with('"') {
        return None;
    }
    let input = serde_json::from_str(input).ok()?;
    let results =
        result.split(" then ").filter_map(code).map(|result| match result.strip_prefix("error: ") {
            Some(message) => Told::Error(message.to_owned()),
            None => normal(Told::Value(serde_json::from_str(result).unwrap())),
        });
    Some((input, results.filter(|told| *told != Told::Value(Value::Null)).collect()))
}

fn code(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}
