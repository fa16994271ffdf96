//! How is it mended?

use std::fmt;

use crate::Span;

/// Who may notice the repair; decides whether it is written without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Safety {
    /// No conforming workload can notice it.
    Safe,
    /// It could stop a workload that relies on what is taken away.
    Risky,
    /// Shown, never written: only the owner knows the right value.
    Manual,
}

impl Safety {
    /// The word used on the command line and in every output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Risky => "risky",
            Self::Manual => "manual",
        }
    }
}

/// One step of a path through a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A key of a mapping.
    Key(String),
    /// An item of a list, from 0.
    Index(usize),
}

/// A value to write.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string, quoted where it would read as something else.
    Str(String),
    /// A list.
    List(Vec<Value>),
    /// A mapping, in the order in which it is written.
    Map(Vec<(String, Value)>),
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Str(value.to_owned())
    }
}

/// What happens at the end of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The value stands there afterwards, whatever stood there before; missing steps are made.
    Set(Value),
    /// The list there holds the value too; a missing list is made.
    Append(Value),
    /// Nothing stands there afterwards; what it leaves empty goes too.
    Remove,
    /// The key is called so afterwards; its value stays.
    Rename(String),
}

/// One intended change of one document, by path: it means the same after other changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    /// Byte of the source where the document's root starts.
    pub document: u32,
    /// From the document's root.
    pub path: Vec<Step>,
    /// What happens there.
    pub action: Action,
}

/// One splice: the bytes of `span` are replaced by `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards; empty for a removal.
    pub text: String,
}

/// The changes that end one finding, made together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Who may notice.
    pub safety: Safety,
    /// What is intended; empty for [`Safety::Manual`].
    pub changes: Vec<Change>,
    /// The same as splices of the finding's source, in order, without overlap; filled for outputs that show them.
    pub edits: Vec<Edit>,
}

/// The text after the edits; nothing when they overlap or reach beyond it.
pub fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 256);
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        out.push_str(text.get(at..range.start)?);
        text.get(range.clone())?;
        out.push_str(&edit.text);
        at = range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => f.write_str(key),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}
