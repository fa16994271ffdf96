//! Why has an expression no value?

use std::borrow::Cow;
use std::fmt;

/// Why an evaluation failed.
///
/// Boxed, because every step of an evaluation returns one or a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
}

/// What sort of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The expression has no value for its input; `false && error` is `false` all the same.
    Evaluation,
    /// The budget is spent: nothing makes good for that.
    Budget,
}

impl Error {
    /// A failure of the expression.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner { kind: ErrorKind::Evaluation, message: message.into() }))
    }

    /// The end of the budget.
    pub fn budget() -> Self {
        let message = Cow::Borrowed("operation cancelled: actual cost limit exceeded");
        Self(Box::new(Inner { kind: ErrorKind::Budget, message }))
    }

    /// No implementation takes these values.
    pub fn no_such_overload() -> Self {
        Self::new("no such overload")
    }

    /// What sort of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What failed.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    pub(super) fn is_final(&self) -> bool {
        self.0.kind == ErrorKind::Budget
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}
