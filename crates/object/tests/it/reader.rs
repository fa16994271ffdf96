//! What the other files share: our reading of a text, and the oracle's, as JSON values.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use finding::Source;
use object::{Documents, Kind, Limits, Node, Problem, ProblemKind, Read, Scalar};
use serde_json::{Map, Number, Value, json};

/// One document, or the place of one that cannot be read, in the order of the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Told {
    Value(Value),
    Error(String),
}

pub(crate) fn source(text: &str) -> Arc<Source> {
    Arc::new(Source::file("t.yaml", text.to_owned()))
}

pub(crate) fn documents(text: &str) -> Documents {
    object::documents(&source(text), Limits::default())
}

pub(crate) fn read(text: &str) -> Read {
    object::read(&source(text), Limits::default())
}

/// Line, kind and message of each problem.
pub(crate) fn problems(text: &str) -> Vec<(u32, ProblemKind, String)> {
    read(text).problems.iter().map(|problem| (line(problem), problem.kind, problem.message.clone())).collect()
}

pub(crate) fn line(problem: &Problem) -> u32 {
    problem.source.position(problem.span.start).line
}

/// What we make of a text; documents that are null are left out, as kubectl does.
pub(crate) fn told(text: &str) -> Vec<Told> {
    let Documents { trees, problems } = documents(text);
    let values = trees.iter().map(|tree| (tree.root().span().start, Told::Value(value(tree.root()))));
    let errors = problems
        .iter()
        .filter(|problem| problem.kind == ProblemKind::Unreadable)
        .map(|problem| (problem.span.start, Told::Error(problem.message.clone())));
    let mut all: Vec<(u32, Told)> = values.chain(errors).collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, told)| told).filter(|told| *told != Told::Value(Value::Null)).collect()
}

/// A node as JSON, of equal keys the last one.
pub(crate) fn value(node: Node<'_>) -> Value {
    match node.scalar() {
        Some(Scalar::Null) => Value::Null,
        Some(Scalar::Bool(value)) => value.into(),
        Some(Scalar::Int(value)) => value.into(),
        Some(Scalar::Float(value)) => json!(value),
        Some(Scalar::Str(text)) => text.into(),
        None if node.kind() == Kind::Seq => node.items().map(value).collect(),
        None => {
            let entries = node.entries().map(|(key, each)| (key.key_text().into_owned(), value(each)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

/// The value with every number that fits no `i64` as `f64`: how kubectl's untyped objects hold it.
pub(crate) fn untyped(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(untyped_number(&number)),
        Value::Array(items) => items.into_iter().map(untyped).collect(),
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(key, each)| (key, untyped(each))).collect())
        }
        other => other,
    }
}

/// Whole floats become integers: JSON has one kind of number, and `1.0` is written `1`.
fn untyped_number(number: &Number) -> Number {
    if number.is_i64() {
        return number.clone();
    }
    let float = number.as_f64().unwrap();
    let whole = float.fract() == 0.0 && float.abs() < 9e15;
    if whole { Number::from(float as i64) } else { Number::from_f64(float).unwrap() }
}

/// What the oracle says about a file, by one of its commands: one JSON value per line.
pub(crate) fn ask(oracle: &Path, command: &str, files: &[std::path::PathBuf]) -> Vec<Value> {
    let output = Command::new(oracle).arg(command).args(files).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "oracle {command}");
    lines(&output.stdout)
}

pub(crate) fn lines(output: &[u8]) -> Vec<Value> {
    serde_json::Deserializer::from_slice(output).into_iter().map(Result::unwrap).collect()
}
