//! In which words is a pod refused? Path, type, value and detail are those of the API's field errors.

use std::fmt;

use crate::pod_security::go_quoted as quoted;

/// One rule of one policy that a pod breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The policy that says so.
    pub policy: String,
    /// The path, in the internal layout of the API server: `hostNetwork` stands under `spec.securityContext`.
    pub field: String,
    /// What sort of error.
    pub kind: ViolationKind,
    /// What the pod has there, printed as Go prints it; only of an invalid value.
    pub value: Option<String>,
    /// The particulars; may be empty.
    pub detail: String,
}

/// The sort of a field error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViolationKind {
    /// A value that is not allowed.
    Invalid,
    /// A field that may not be set so.
    Forbidden,
    /// A field that must be set.
    Required,
}

impl ViolationKind {
    /// Its word: `Invalid`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Invalid => "Invalid",
            Self::Forbidden => "Forbidden",
            Self::Required => "Required",
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.field)?;
        match (self.kind, &self.value) {
            (ViolationKind::Invalid, Some(value)) => write!(f, "Invalid value: {value}")?,
            (ViolationKind::Invalid, None) => f.write_str("Invalid value")?,
            (ViolationKind::Forbidden, _) => f.write_str("Forbidden")?,
            (ViolationKind::Required, _) => f.write_str("Required value")?,
        }
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}

/// Collects what one policy says of a pod.
pub(super) struct Violations<'a> {
    policy: &'a str,
    pub(super) found: Vec<Violation>,
}

impl<'a> Violations<'a> {
    pub(super) fn of(policy: &'a str) -> Self {
        Self { policy, found: Vec::new() }
    }

    pub(super) fn invalid(&mut self, field: impl Into<String>, value: Value<'_>, detail: impl Into<String>) {
        self.push(field.into(), ViolationKind::Invalid, Some(value.to_string()), detail.into());
    }

    pub(super) fn forbidden(&mut self, field: impl Into<String>, detail: impl Into<String>) {
        self.push(field.into(), ViolationKind::Forbidden, None, detail.into());
    }

    pub(super) fn required(&mut self, field: impl Into<String>, detail: impl Into<String>) {
        self.push(field.into(), ViolationKind::Required, None, detail.into());
    }

    fn push(&mut self, field: String, kind: ViolationKind, value: Option<String>, detail: String) {
        self.found.push(Violation { policy: self.policy.to_owned(), field, kind, value, detail });
    }
}

/// A value, as a field error of the API prints it.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    /// A boolean, or `"null"` for none.
    Bool(Option<bool>),
    /// A number.
    Int(i64),
    /// A text.
    Text(&'a str),
    /// A list of groups, with Go's type before it; none prints otherwise than an empty one.
    Groups(Option<&'a [i64]>),
    /// A list of capabilities, in the same way.
    Capabilities(Option<&'a [&'a str]>),
    /// A pointer that leads nowhere.
    Null,
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(Some(value)) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::Groups(None) => f.write_str("[]int64(nil)"),
            Self::Groups(Some(groups)) => list(f, "[]int64", groups.iter().map(i64::to_string)),
            Self::Capabilities(None) => f.write_str("[]core.Capability(nil)"),
            Self::Capabilities(Some(names)) => {
                list(f, "[]core.Capability", names.iter().map(|name| quoted(name)))
            }
            Self::Null | Self::Bool(None) => f.write_str("\"null\""),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, kind: &str, items: impl Iterator<Item = String>) -> fmt::Result {
    write!(f, "{kind}{{{}}}", items.collect::<Vec<_>>().join(", "))
}
