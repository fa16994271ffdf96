//! What can an expression yield? Values that borrow from the objects they were read from.

mod arithmetic;
mod compare;
mod convert;
mod list;
mod map;
mod read;
mod time;

use std::any::Any;
use std::fmt::Debug;
use std::ops::Deref;
use std::sync::Arc;

use super::Error;
use super::types::Type;

pub(super) use arithmetic::Operator;
pub(super) use compare::{compare, equal};
pub(super) use convert::{double_text, quote};
pub use list::List;
pub(super) use map::Entries;
pub use map::{LazyFields, Map};
pub(super) use time::{Civil, duration_text, parse_duration, parse_timestamp};
pub use time::{Duration, Timestamp};

/// A value.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// A `bool`.
    Bool(bool),
    /// An `int`.
    Int(i64),
    /// A `uint`.
    Uint(u64),
    /// A `double`.
    Double(f64),
    /// A `string`.
    String(Text<'a>),
    /// `bytes`.
    Bytes(Arc<[u8]>),
    /// A moment.
    Timestamp(Timestamp),
    /// A span of time.
    Duration(Duration),
    /// A type.
    Type(Arc<Type>),
    /// A list.
    List(List<'a>),
    /// A map.
    Map(Map<'a>),
    /// An optional.
    Optional(Option<Arc<Value<'a>>>),
    /// A message that an expression has built.
    Object(Arc<Message<'a>>),
    /// A value of a library.
    Opaque(Arc<dyn Opaque>),
}

/// A message: the name of its type and its fields in the order they were written.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// The name of the type.
    pub name: Arc<str>,
    /// The fields that were set.
    pub fields: Vec<(Arc<str>, Value<'a>)>,
}

impl<'a> Message<'a> {
    /// The value of a field that was set.
    pub fn get(&self, field: &str) -> Option<&Value<'a>> {
        self.fields.iter().find(|(name, _)| &**name == field).map(|(_, value)| value)
    }
}

/// A value of a library: a quantity, an address, a version.
pub trait Opaque: Any + Debug + Send + Sync {
    /// Its type.
    fn type_of(&self) -> Type;
    /// Whether another value is the same.
    fn equals(&self, other: &dyn Opaque) -> bool;
    /// How large it counts in costs; `None` for values without size.
    fn size(&self) -> Option<u64> {
        None
    }
    /// Itself, to be cast down.
    fn as_any(&self) -> &dyn Any;
}

/// A string, borrowed where it can be.
#[derive(Clone, Debug)]
pub enum Text<'a> {
    /// From the text of an object or of the program.
    Borrowed(&'a str),
    /// Made by an evaluation.
    Shared(Arc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Shared(text) => text,
        }
    }
}

impl<'a> Value<'a> {
    /// A string that was made.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::String(Text::Shared(text.into()))
    }

    /// A string that is borrowed.
    pub fn borrowed(text: &'a str) -> Self {
        Self::String(Text::Borrowed(text))
    }

    /// A list that was made.
    pub fn list(values: Vec<Value<'a>>) -> Self {
        Self::List(List::Shared(values.into()))
    }

    /// An optional that holds a value.
    pub fn some(value: Value<'a>) -> Self {
        Self::Optional(Some(value.into()))
    }

    /// A value of a library.
    pub fn opaque(value: impl Opaque) -> Self {
        Self::Opaque(Arc::new(value))
    }

    /// The value of a library, if it is one of this type.
    pub fn downcast<T: Opaque>(&self) -> Option<&T> {
        match self {
            Self::Opaque(value) => value.as_any().downcast_ref(),
            _ => None,
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The type that `type(value)` answers with.
    pub fn type_of(&self) -> Type {
        match self {
            Self::Null => Type::Null,
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Uint(_) => Type::Uint,
            Self::Double(_) => Type::Double,
            Self::String(_) => Type::String,
            Self::Bytes(_) => Type::Bytes,
            Self::Timestamp(_) => Type::Timestamp,
            Self::Duration(_) => Type::Duration,
            Self::Type(_) => Type::Type(None),
            Self::List(_) => Type::list(Type::Dyn),
            Self::Map(_) => Type::map(Type::Dyn, Type::Dyn),
            Self::Optional(_) => Type::optional(Type::Dyn),
            Self::Object(message) => Type::Object(message.name.clone()),
            Self::Opaque(value) => value.type_of(),
        }
    }

    /// The name of its type.
    pub fn type_name(&self) -> String {
        self.type_of().name().to_owned()
    }

    /// How large it counts in costs; 1 for a value without size.
    pub fn cost_size(&self) -> u64 {
        self.size().unwrap_or(1)
    }

    /// Its length: characters, bytes, elements or entries.
    pub(super) fn size(&self) -> Option<u64> {
        Some(match self {
            Self::String(text) => characters(text),
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::List(list) => list.len() as u64,
            Self::Map(map) => map.len() as u64,
            Self::Opaque(value) => return value.size(),
            _ => return None,
        })
    }

    /// Whether it is of a type, looking at the first element of lists and maps only.
    pub(super) fn fits(&self, of: &Type) -> bool {
        match (of, self) {
            (Type::Dyn | Type::Parameter(_), _)
            | (Type::Null, Self::Null)
            | (Type::Bool, Self::Bool(_))
            | (Type::Int, Self::Int(_))
            | (Type::Uint, Self::Uint(_))
            | (Type::Double, Self::Double(_))
            | (Type::String, Self::String(_))
            | (Type::Bytes, Self::Bytes(_))
            | (Type::Timestamp, Self::Timestamp(_))
            | (Type::Duration, Self::Duration(_))
            | (Type::Type(_), Self::Type(_)) => true,
            (Type::List(element), Self::List(list)) => list.get(0).is_none_or(|first| first.fits(element)),
            (Type::Map(key, value), Self::Map(map)) => {
                map.first().is_none_or(|(k, v)| k.fits(key) && v.fits(value))
            }
            (Type::String, Self::Opaque(value)) => value.type_of() == Type::String,
            (Type::Opaque(name, _), Self::Optional(_)) => &**name == super::types::OPTIONAL,
            (Type::Opaque(name, _) | Type::Object(name), Self::Opaque(value)) => {
                **name == *value.type_of().name()
            }
            (Type::Object(name), Self::Object(message)) => *name == message.name,
            _ => false,
        }
    }

    /// Whether it is the empty value of its type.
    pub(super) fn is_zero(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(value) => !value,
            Self::Int(value) => *value == 0,
            Self::Uint(value) => *value == 0,
            Self::Double(value) => *value == 0.0,
            Self::Duration(value) => value.nanoseconds == 0,
            Self::Timestamp(value) => *value == Timestamp::EARLIEST,
            Self::Optional(value) => value.is_none(),
            Self::Object(message) => message.fields.is_empty(),
            Self::String(_) | Self::Bytes(_) | Self::List(_) | Self::Map(_) => self.size() == Some(0),
            Self::Type(_) | Self::Opaque(_) => false,
        }
    }

    /// Whether it can stand in brackets.
    pub(super) fn is_key(&self) -> bool {
        matches!(self, Self::String(_) | Self::Int(_) | Self::Uint(_) | Self::Bool(_) | Self::Double(_))
    }

    pub(super) fn invalid_key(&self) -> Error {
        Error::new(format!("invalid qualifier type: {}", self.go_type()))
    }

    /// The name that the API server's implementation gives to a type of value.
    pub(super) fn go_type(&self) -> &'static str {
        match self {
            Self::Null => "types.Null",
            Self::Bool(_) => "types.Bool",
            Self::Int(_) => "types.Int",
            Self::Uint(_) => "types.Uint",
            Self::Double(_) => "types.Double",
            Self::String(_) => "types.String",
            Self::Bytes(_) => "types.Bytes",
            Self::Timestamp(_) => "types.Timestamp",
            Self::Duration(_) => "types.Duration",
            Self::Type(_) => "*types.Type",
            Self::Optional(_) => "*types.Optional",
            Self::List(List::Shared(_)) => "*types.baseList",
            Self::List(_) => "[]interface {}",
            Self::Map(Map::Shared(_)) => "*types.baseMap",
            Self::Map(_) => "map[string]interface {}",
            Self::Object(_) | Self::Opaque(_) => "an object",
        }
    }

    /// The error of a function that its type does not have. Types with methods are asked for one, and say less.
    pub(super) fn lacks(&self, function: &str) -> Error {
        match self {
            Self::String(_) | Self::Timestamp(_) | Self::Duration(_) => Error::no_such_overload(),
            _ => Error::new(format!("no such overload: {function}")),
        }
    }

    /// The value under a key or an index; `None` when there is none.
    pub(super) fn index(&self, index: &Value<'a>) -> Result<Option<Value<'a>>, Error> {
        match self {
            Self::Map(map) => map.get(index),
            Self::List(list) => Ok(match list::position(index)? {
                Some(at) => list.get(at),
                None => None,
            }),
            Self::Object(message) => Ok(index.as_str().and_then(|field| message.get(field)).cloned()),
            _ => Ok(None),
        }
    }
}

/// The number of characters of a string: its length when all are ASCII, which is quick to see.
pub(super) fn characters(text: &str) -> u64 {
    if text.is_ascii() { text.len() as u64 } else { text.chars().count() as u64 }
}
