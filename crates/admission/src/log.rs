//! What is written down, and what never is?
//!
//! One line an event: JSON for machines, words for people. Of a request only who asked, for what, and which rule
//! spoke: never the object, which may hold secrets.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use policy::request::Request;
use policy::response::Response;
use serde_json::{Map, Value, json};

use crate::gate::Turn;

/// How much is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What failed.
    Error,
    /// What will fail, or was kept from.
    Warn,
    /// What happened: every denial, every change of policies and certificates.
    Info,
    /// Every decision.
    Debug,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For machines.
    Json,
    /// For people.
    Text,
}

/// Where it is written.
pub struct Log {
    level: Level,
    form: Form,
    out: Mutex<Box<dyn Write + Send>>,
}

impl Level {
    const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

impl Log {
    /// A log of what is at least as grave as `level`.
    pub fn new(level: Level, form: Form, out: Box<dyn Write + Send>) -> Self {
        Self { level, form, out: Mutex::new(out) }
    }

    /// Something failed.
    pub fn error(&self, what: &str, fields: &[(&str, &str)]) {
        self.write(Level::Error, what, fields);
    }

    /// Something will fail, or was kept from.
    pub fn warn(&self, what: &str, fields: &[(&str, &str)]) {
        self.write(Level::Warn, what, fields);
    }

    /// Something happened.
    pub fn info(&self, what: &str, fields: &[(&str, &str)]) {
        self.write(Level::Info, what, fields);
    }

    /// Something small happened.
    pub fn debug(&self, what: &str, fields: &[(&str, &str)]) {
        self.write(Level::Debug, what, fields);
    }

    pub(crate) fn decided(&self, turn: Turn, request: &Request, response: &Response) {
        let level = if response.is_allowed() { Level::Debug } else { Level::Info };
        if level > self.level {
            return;
        }
        let object = format!("{}/{}", request.kind.name, request.name);
        // A rule speaks once for each container, and once more where it is only logged.
        let said: BTreeSet<String> =
            response.said.iter().map(|spoken| format!("{}/{}", spoken.policy, spoken.rule)).collect();
        let said = said.into_iter().collect::<Vec<_>>();
        let (said, code) = (said.join(","), response.denied.as_ref().map_or(200, |status| status.code));
        let what = if response.is_allowed() { "allowed" } else { "denied" };
        let fields = [
            ("endpoint", turn.word()),
            ("uid", request.uid.as_str()),
            ("user", request.user.name.as_str()),
            ("operation", request.operation.word()),
            ("namespace", request.namespace.as_str()),
            ("object", object.as_str()),
            ("rules", said.as_str()),
            ("code", &code.to_string()),
        ];
        self.write(level, what, &fields);
    }

    fn write(&self, level: Level, what: &str, fields: &[(&str, &str)]) {
        if level > self.level {
            return;
        }
        let now = jiff::Timestamp::now().to_string();
        let mut line = match self.form {
            Form::Json => {
                let mut map = Map::new();
                map.insert("time".to_owned(), json!(now));
                map.insert("level".to_owned(), json!(level.word()));
                map.insert("message".to_owned(), json!(what));
                map.extend(fields.iter().map(|(key, value)| ((*key).to_owned(), json!(value))));
                Value::Object(map).to_string()
            }
            Form::Text => {
                let fields: Vec<String> =
                    fields.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
                finding::visible(&format!("{now} {} {what} {}", level.word(), fields.join(" "))).into_owned()
            }
        };
        line.push('\n');
        // Nothing sensible can be done when nobody reads.
        let _ = self.out.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes());
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log").field("level", &self.level).field("form", &self.form).finish_non_exhaustive()
    }
}
