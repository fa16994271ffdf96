//! What does one page of a list hold?

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::value::RawValue;

/// A page as the server wrote it: its objects are not looked into.
#[derive(Deserialize)]
pub(crate) struct Body<'b> {
    #[serde(default)]
    pub(crate) metadata: Meta,
    #[serde(borrow, default)]
    pub(crate) items: Option<Vec<&'b RawValue>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Meta {
    #[serde(rename = "continue")]
    pub(crate) token: String,
    #[serde(rename = "resourceVersion")]
    pub(crate) version: String,
    #[serde(rename = "remainingItemCount")]
    pub(crate) remaining: Option<u64>,
}

/// A text as part of a query.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
