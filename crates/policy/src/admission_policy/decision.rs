//! What is the answer, and in which words?

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::Mode;

/// The answer to a request.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// Why it was refused; nothing if it was let in.
    pub denied: Option<Status>,
    /// What the client is warned of, each text once.
    pub warnings: Vec<String>,
    /// What goes into the audit log.
    pub audit_annotations: BTreeMap<String, String>,
    /// The object as the mutating policies left it; nothing if the request has none or was refused.
    pub object: Option<Value>,
    /// Which policies spoke: their names, their kind, and what it came to.
    pub said: Vec<(String, &'static str, Mode)>,
    /// What their expressions cost.
    pub cost: u64,
}

/// A refusal, as the API server answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// HTTP status.
    pub code: u16,
    /// `Invalid`, `Forbidden`, ….
    pub reason: String,
    /// The whole text that the client sees.
    pub message: String,
    /// What the status gives as causes.
    pub causes: Vec<String>,
}

impl Decision {
    /// Whether the request was let in.
    pub fn is_allowed(&self) -> bool {
        self.denied.is_none()
    }

    pub(super) fn warn(&mut self, text: String) {
        if !self.warnings.contains(&text) {
            self.warnings.push(text);
        }
    }
}

impl Status {
    /// The HTTP status of a reason that a validation may give.
    pub(super) fn code_of(reason: &str) -> u16 {
        match reason {
            "Forbidden" => 403,
            "Unauthorized" => 401,
            "RequestEntityTooLarge" => 413,
            _ => 422,
        }
    }
}
