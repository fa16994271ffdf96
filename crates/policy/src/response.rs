//! What does admission answer? The words and codes of the API server.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::document::Mode;
use crate::patch::Patch;
use crate::pod_security::quote::go_quoted;
use crate::request::Gvk;

/// A refusal, as `metav1.Status` carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The HTTP code.
    pub code: u16,
    /// `Forbidden`, `Invalid`, `BadRequest`, `InternalError`, or what a policy says.
    pub reason: String,
    /// What the user reads.
    pub message: String,
}

/// A rule that has something against a request, for those who count and log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spoken {
    /// The policy.
    pub policy: String,
    /// The check, the control of the Pod Security Standard, or the kind of policy that a document is of.
    pub rule: String,
    /// What it came to.
    pub mode: Mode,
}

/// The answer to one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// That of the request.
    pub uid: String,
    /// Why it is refused; nothing when it is allowed.
    pub denied: Option<Status>,
    /// What the user is told beside.
    pub warnings: Vec<String>,
    /// What the audit log keeps, by key; the API server puts the webhook's name before each.
    pub audit: BTreeMap<String, String>,
    /// What is changed about the object.
    pub patch: Patch,
    /// Which rules spoke.
    pub said: Vec<Spoken>,
    /// What the expressions cost, in units of the API server.
    pub cost: u64,
}

impl Status {
    /// 403, in the words of `k8s.io/apimachinery` (`errors.NewForbidden`).
    pub fn forbidden(resource: &Gvk, name: &str, why: &str) -> Self {
        let what = grouped(resource);
        let message = match name {
            "" => format!("{what} is forbidden: {why}"),
            name => format!("{what} {} is forbidden: {why}", go_quoted(name)),
        };
        Self { code: 403, reason: "Forbidden".to_owned(), message }
    }

    /// 422, in the words of `errors.NewInvalid`.
    pub fn invalid(kind: &Gvk, name: &str, why: &str) -> Self {
        let message = format!("{} {} is invalid: {why}", grouped(kind), go_quoted(name));
        Self { code: 422, reason: "Invalid".to_owned(), message }
    }

    /// 400.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self { code: 400, reason: "BadRequest".to_owned(), message: message.into() }
    }

    /// 500, in the words of `errors.NewInternalError`.
    pub fn internal(why: &str) -> Self {
        let message = format!("Internal error occurred: {why}");
        Self { code: 500, reason: "InternalError".to_owned(), message }
    }
}

fn grouped(gvk: &Gvk) -> String {
    if gvk.group.is_empty() { gvk.name.clone() } else { format!("{}.{}", gvk.name, gvk.group) }
}

impl Response {
    /// A request that cannot be decided about.
    pub fn error(uid: &str, status: Status) -> Self {
        let audit = BTreeMap::from([("error".to_owned(), status.message.clone())]);
        Self { uid: uid.to_owned(), denied: Some(status), audit, ..Self::default() }
    }

    /// Whether the request may go on.
    pub fn is_allowed(&self) -> bool {
        self.denied.is_none()
    }

    /// Puts down what the audit log keeps; a key that is there already keeps both.
    pub fn note(&mut self, key: &str, value: impl Into<String>) {
        let value = value.into();
        match self.audit.get_mut(key) {
            Some(had) if *had != value => {
                had.push_str("; ");
                had.push_str(&value);
            }
            Some(_) => {}
            None => {
                self.audit.insert(key.to_owned(), value);
            }
        }
    }

    /// Puts down a rule that spoke, once.
    pub fn say(&mut self, spoken: Spoken) {
        if !self.said.contains(&spoken) {
            self.said.push(spoken);
        }
    }

    /// Warns once.
    pub fn warn(&mut self, text: String) {
        if !self.warnings.contains(&text) {
            self.warnings.push(text);
        }
    }

    /// The review that answers.
    pub fn review(&self) -> Value {
        let mut response = Map::new();
        response.insert("uid".to_owned(), json!(self.uid));
        response.insert("allowed".to_owned(), json!(self.is_allowed()));
        if let Some(status) = &self.denied {
            let status = json!({
                "status": "Failure",
                "code": status.code,
                "reason": status.reason,
                "message": status.message,
            });
            response.insert("status".to_owned(), status);
        }
        if !self.warnings.is_empty() {
            response.insert("warnings".to_owned(), json!(self.warnings));
        }
        if !self.audit.is_empty() {
            response.insert("auditAnnotations".to_owned(), json!(self.audit));
        }
        if !self.patch.is_empty() && self.is_allowed() {
            response.insert("patchType".to_owned(), json!("JSONPatch"));
            response.insert("patch".to_owned(), json!(base64(self.patch.to_json().as_bytes())));
        }
        json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response})
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648 with padding, as `[]byte` travels in JSON.
fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = ALPHABET.get((bits >> (18 - 6 * at) & 63) as usize).copied().unwrap_or(b'=');
            out.push(if at > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_travel_as_base64() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
