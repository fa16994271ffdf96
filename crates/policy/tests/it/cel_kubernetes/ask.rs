//! Questions, and how the oracle is asked them.

use std::fmt;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

/// An expression and what it is evaluated with.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) expr: String,
    pub(super) mode: Mode,
    /// The minor version; none for everything that is known by now.
    pub(super) minor: Option<u16>,
    pub(super) vars: Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Plain,
    Admission,
    Mutation,
}

impl Question {
    pub(super) fn plain(expr: &str) -> Self {
        Self { expr: expr.to_owned(), mode: Mode::Plain, minor: None, vars: json!({}) }
    }

    pub(super) fn admission(expr: &str, vars: &Json) -> Self {
        Self { mode: Mode::Admission, vars: vars.clone(), ..Self::plain(expr) }
    }

    pub(super) fn mutation(expr: &str, vars: &Json) -> Self {
        Self { mode: Mode::Mutation, vars: vars.clone(), ..Self::plain(expr) }
    }

    pub(super) fn with(mut self, vars: &Json) -> Self {
        self.vars = vars.clone();
        self
    }

    pub(super) fn version(mut self, minor: u16) -> Self {
        self.minor = Some(minor);
        self
    }

    fn line(&self) -> Json {
        let version = self.minor.map_or_else(|| "stored".to_owned(), |minor| format!("1.{minor}"));
        json!({
            "expr": self.expr, "version": version, "vars": self.vars,
            "mode": if self.mode == Mode::Plain { "plain" } else { "admission" },
            "patch": self.mode == Mode::Mutation,
            "authorizer": super::show::RULES.iter().map(|rule| json!({
                "verb": rule.verb, "resource": rule.resource, "path": rule.path,
                "decision": rule.decision, "reason": rule.reason, "error": rule.error,
            })).collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?} {}", self.mode, self.minor, self.expr)
    }
}

/// Asks the oracle everything in one go.
pub(super) fn ask(oracle: &Path, questions: &[Question]) -> Vec<Json> {
    let mut lines = String::new();
    let mut last: Option<&Question> = None;
    for question in questions {
        let mut line = question.line();
        // A line without variables is asked of those of the line before.
        if last.is_some_and(|last| last.vars == question.vars)
            && let Some(fields) = line.as_object_mut()
        {
            fields.remove("vars");
        }
        lines += &line.to_string();
        lines.push('\n');
        last = Some(question);
    }
    let mut child =
        Command::new(oracle).arg("cel").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::str::from_utf8(&output.stdout).unwrap();
    let answers: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), questions.len());
    answers
}
