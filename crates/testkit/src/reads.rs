//! Would the programs that our reports are for read this?

use std::io::Write;
use std::process::{Command, Stdio};

use crate::python;

/// What a report claims to be.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// By the schema of the standard.
    Sarif,
    /// Well-formed XML.
    Xml,
}

/// Why a report would be refused; nothing when it would be read, or when no Python is there to ask.
///
/// # Panics
/// When the Python cannot be run.
#[allow(clippy::expect_used)] // test support
pub fn refusal(form: Form, report: &str) -> Option<String> {
    let word = match form {
        Form::Sarif => "sarif",
        Form::Xml => "xml",
    };
    let mut python = Command::new(python()?);
    python.args(["-c", include_str!("reads.py"), word]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = python.spawn().expect("starting Python");
    child.stdin.take().expect("a pipe").write_all(report.as_bytes()).expect("writing to Python");
    let output = child.wait_with_output().expect("waiting for Python");
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    // 77 is the skip of automake and meson.
    (!output.status.success() && output.status.code() != Some(77)).then_some(said)
}
