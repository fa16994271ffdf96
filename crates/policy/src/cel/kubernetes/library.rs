//! Which functions does Kubernetes add, since which version, at what cost?
//!
//! Names, types, versions and costs are those of k8s.io/apiserver 0.37 (`pkg/cel/environment/base.go`,
//! `pkg/cel/library`).

mod authorizer;
mod cost;
mod format;
mod lists;
mod net;
mod quantity;
mod regex;
mod semver;
mod url;

pub(in crate::cel) use cost::estimate::equality;

use crate::cel::{Error, Function, Opaque, Value};

/// The libraries of every expression.
pub(super) const LIBRARIES: &[&[Function]] = &[
    authorizer::FUNCTIONS,
    format::FUNCTIONS,
    lists::IS_SORTED,
    lists::MIN,
    lists::MAX,
    lists::OTHERS,
    net::FUNCTIONS,
    quantity::FUNCTIONS,
    regex::FUNCTIONS,
    semver::FUNCTIONS,
    url::FUNCTIONS,
];

/// The library of mutations.
pub(super) const MUTATION: &[Function] = url::JSON_PATCH;

/// The text of an argument.
fn text<'v>(arguments: &'v [Value<'_>], index: usize) -> Result<&'v str, Error> {
    arguments.get(index).and_then(Value::as_str).ok_or_else(Error::no_such_overload)
}

/// The library value of an argument.
fn value<'v, T: Opaque>(arguments: &'v [Value<'_>], index: usize) -> Result<&'v T, Error> {
    arguments.get(index).and_then(Value::downcast).ok_or_else(Error::no_such_overload)
}

/// Implements what values of a library have in common.
macro_rules! opaque {
    ($of:ty, $name:literal, size: $size:expr) => {
        impl crate::cel::Opaque for $of {
            fn type_of(&self) -> crate::cel::Type {
                crate::cel::Type::opaque($name)
            }
            fn equals(&self, other: &dyn crate::cel::Opaque) -> bool {
                other.as_any().downcast_ref::<Self>() == Some(self)
            }
            fn size(&self) -> Option<u64> {
                let size: fn(&Self) -> Option<u64> = $size;
                size(self)
            }
            fn as_any(&self) -> &dyn std::any::Any {
                self
            }
        }
    };
}
use opaque;
