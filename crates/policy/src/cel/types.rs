//! What types are there, how are they written in messages and in signatures?

use std::fmt;
use std::sync::Arc;

/// The name under which optional values are an abstract type.
pub(super) const OPTIONAL: &str = "optional_type";

/// A type of the language.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Unknown until evaluation.
    Dyn,
    /// The type of an expression that did not check: silences errors that would follow from it.
    Error,
    /// `null`.
    Null,
    /// `bool`.
    Bool,
    /// `int`, 64 bits.
    Int,
    /// `uint`, 64 bits.
    Uint,
    /// `double`.
    Double,
    /// `string`.
    String,
    /// `bytes`.
    Bytes,
    /// `google.protobuf.Timestamp`.
    Timestamp,
    /// `google.protobuf.Duration`.
    Duration,
    /// The type of a type, where known of which.
    Type(Option<Arc<Type>>),
    /// `list(element)`.
    List(Arc<Type>),
    /// `map(key, value)`.
    Map(Arc<Type>, Arc<Type>),
    /// An abstract type, such as `optional_type(int)` or `net.IP`.
    Opaque(Arc<str>, Arc<[Type]>),
    /// A type with declared fields.
    Object(Arc<str>),
    /// A type parameter of a function, or a type not yet inferred.
    Parameter(Arc<str>),
}

impl Type {
    /// `list(element)`.
    pub fn list(element: Self) -> Self {
        Self::List(element.into())
    }

    /// `map(key, value)`.
    pub fn map(key: Self, value: Self) -> Self {
        Self::Map(key.into(), value.into())
    }

    /// `optional_type(value)`.
    pub fn optional(value: Self) -> Self {
        Self::Opaque(OPTIONAL.into(), [value].into())
    }

    /// An abstract type without parameters.
    pub fn opaque(name: &str) -> Self {
        Self::Opaque(name.into(), [].into())
    }

    /// A type whose fields are declared in the environment.
    pub fn object(name: &str) -> Self {
        Self::Object(name.into())
    }

    /// The type of the value that an optional may hold.
    pub(super) fn unwrap_optional(&self) -> Option<&Self> {
        match self {
            Self::Opaque(name, parameters) if &**name == OPTIONAL => parameters.first(),
            _ => None,
        }
    }

    pub(super) fn is_dyn(&self) -> bool {
        matches!(self, Self::Dyn)
    }

    pub(super) fn is_dyn_or_error(&self) -> bool {
        matches!(self, Self::Dyn | Self::Error)
    }

    /// The name a value of the type answers to `type(value)`, without parameters.
    pub fn name(&self) -> &str {
        match self {
            Self::Dyn => "dyn",
            Self::Error => "error",
            Self::Null => "null_type",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Uint => "uint",
            Self::Double => "double",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Timestamp => "google.protobuf.Timestamp",
            Self::Duration => "google.protobuf.Duration",
            Self::Type(_) => "type",
            Self::List(_) => "list",
            Self::Map(..) => "map",
            Self::Opaque(name, _) | Self::Object(name) | Self::Parameter(name) => name,
        }
    }

    /// The types it is made of.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &Self> {
        let (first, second, rest): (Option<&Self>, Option<&Self>, &[Self]) = match self {
            Self::Type(Some(of)) | Self::List(of) => (Some(of), None, &[]),
            Self::Map(key, value) => (Some(key), Some(value), &[]),
            Self::Opaque(_, parameters) => (None, None, parameters),
            _ => (None, None, &[]),
        };
        first.into_iter().chain(second).chain(rest)
    }

    /// Reads a type as a signature spells it: `map(string, A)`, `optional(A)`, `net.IP`. One capital letter is a
    /// parameter. `None` when it cannot be read.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let Some((name, rest)) = text.split_once('(') else { return Self::simple(text) };
        let inner = split_arguments(rest.strip_suffix(')')?);
        let inner = inner.iter().map(|part| Self::read(part)).collect::<Option<Vec<_>>>()?;
        match (name, inner.as_slice()) {
            ("list", [element]) => Some(Self::list(element.clone())),
            ("map", [key, value]) => Some(Self::map(key.clone(), value.clone())),
            ("optional", [value]) => Some(Self::optional(value.clone())),
            ("type", [of]) => Some(Self::Type(Some(of.clone().into()))),
            _ => None,
        }
    }

    fn simple(text: &str) -> Option<Self> {
        Some(match text {
            "dyn" => Self::Dyn,
            "null" => Self::Null,
            "bool" => Self::Bool,
            "int" => Self::Int,
            "uint" => Self::Uint,
            "double" => Self::Double,
            "string" => Self::String,
            "bytes" => Self::Bytes,
            "timestamp" => Self::Timestamp,
            "duration" => Self::Duration,
            "type" => Self::Type(None),
            "" => return None,
            name if name.len() == 1 => Self::Parameter(name.into()),
            name => Self::opaque(name),
        })
    }
}

/// Splits at the commas that stand outside parentheses.
pub(super) fn split_arguments(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..).filter(|last| !last.trim().is_empty()));
    parts
}

impl fmt::Display for Type {
    /// As the API server writes it in a message: `list(int)`, `map(string, dyn)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error => return f.write_str("!error!"),
            Self::Null => return f.write_str("null"),
            Self::Timestamp => return f.write_str("timestamp"),
            Self::Duration => return f.write_str("duration"),
            _ => f.write_str(self.name())?,
        }
        let inner: Vec<String> = self.parameters().map(ToString::to_string).collect();
        if inner.is_empty() {
            return Ok(());
        }
        write!(f, "({})", inner.join(", "))
    }
}

impl Type {
    /// Whether it is made of more parts than some number; looks at no more than these.
    pub(super) fn is_larger_than(&self, limit: usize) -> bool {
        let (mut next, mut pending, mut count) = (Some(self), Vec::new(), 0);
        while let Some(of) = next {
            count += 1;
            if count > limit {
                return true;
            }
            pending.extend(of.parameters());
            next = pending.pop();
        }
        false
    }
}
