//! What may an expression refer to, in which Kubernetes version?

use std::collections::HashMap;
use std::sync::Arc;

use object::{Version, v};

use super::estimate::{self, Range, SizeHint};
use super::function::{Function, Overload};
use super::parser::Extension;
use super::program::{self, Program};
use super::source::Issue;
use super::types::Type;
use super::{extensions, standard};

/// The names, types and functions an expression may use. What is large is shared by copies until one adds to it.
#[derive(Clone, Debug)]
pub struct Env {
    version: Version,
    variables: Layered<Type>,
    functions: Arc<HashMap<String, Vec<Arc<Overload>>>>,
    types: Layered<Type>,
    objects: Layered<Arc<ObjectType>>,
    extensions: Vec<Extension>,
}

/// What names stand for. A copy shares all there is and keeps beside it the few names that are added then: each policy
/// adds its variables to an environment that thousands share.
#[derive(Clone, Debug)]
struct Layered<T> {
    shared: Arc<HashMap<Arc<str>, T>>,
    own: Vec<(Arc<str>, T)>,
}

impl<T> Default for Layered<T> {
    fn default() -> Self {
        Self { shared: Arc::default(), own: Vec::new() }
    }
}

impl<T> Layered<T> {
    fn insert(&mut self, name: &str, of: T) {
        self.own.retain(|(own, _)| **own != *name);
        match Arc::get_mut(&mut self.shared) {
            Some(alone) => drop(alone.insert(name.into(), of)),
            None => self.own.push((name.into(), of)),
        }
    }

    fn get(&self, name: &str) -> Option<&T> {
        let own = self.own.iter().find(|(own, _)| **own == *name).map(|(_, of)| of);
        own.or_else(|| self.shared.get(name))
    }
}

/// The fields of an object type.
#[derive(Clone, Debug)]
enum ObjectType {
    Fields(HashMap<String, Type>),
    /// Every field exists; its type is `dyn`.
    Open,
}

impl Env {
    /// The language as the API server of a version speaks it, without variables.
    pub fn new(version: Version) -> Self {
        let mut env = Self {
            version,
            variables: Layered::default(),
            functions: Arc::default(),
            types: Layered::default(),
            objects: Layered::default(),
            extensions: Vec::new(),
        };
        for name in ["bool", "bytes", "double", "int", "string", "uint", "type"] {
            env = env.declare_type(name, Type::read(name).unwrap_or(Type::Dyn));
        }
        env = env
            .declare_type("list", Type::list(Type::Dyn))
            .declare_type("map", Type::map(Type::Dyn, Type::Dyn))
            .declare_type("null_type", Type::Null)
            .declare_type("google.protobuf.Timestamp", Type::Timestamp)
            .declare_type("google.protobuf.Duration", Type::Duration);
        for library in standard::LIBRARIES.iter().chain(extensions::LIBRARIES) {
            env = env.library(library);
        }
        for (extension, since) in [
            (Extension::Optional, v(1, 28)),
            (Extension::TwoVariables, v(1, 32)),
            (Extension::SortBy, v(1, 34)),
        ] {
            if since <= version {
                env = env.extend(extension);
            }
        }
        if v(1, 28) <= version {
            env = env.declare_type("optional_type", Type::optional(Type::Dyn));
        }
        env
    }

    /// The version it is of.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Adds a variable; a dotted name is one too.
    #[must_use]
    pub fn declare(mut self, name: &str, of: Type) -> Self {
        self.variables.insert(name, of);
        self
    }

    /// Adds the functions of a library that are in the version.
    #[must_use]
    pub fn library(mut self, functions: &[Function]) -> Self {
        let known = Arc::make_mut(&mut self.functions);
        for function in functions.iter().filter(|function| function.is_in(self.version)) {
            if let Some(overload) = Overload::read(*function) {
                let overloads = known.entry(overload.name.clone()).or_default();
                overloads.retain(|other| other.function.id != overload.function.id);
                overloads.push(overload.into());
            }
        }
        self
    }

    /// Adds a macro that the version does not have.
    #[must_use]
    pub fn extend(mut self, extension: Extension) -> Self {
        self.extensions.push(extension);
        self
    }

    /// Adds the name of a type, as `type(x) == name` uses it.
    #[must_use]
    pub fn declare_type(mut self, name: &str, of: Type) -> Self {
        self.types.insert(name, of);
        self
    }

    /// Adds a type with fields.
    #[must_use]
    pub fn declare_object(mut self, name: &str, fields: &[(&str, Type)]) -> Self {
        let fields = fields.iter().map(|(field, of)| ((*field).to_owned(), of.clone())).collect();
        self.objects.insert(name, ObjectType::Fields(fields).into());
        self.declare_type(name, Type::object(name))
    }

    /// Adds a type that has every field, and whose fields `name.field` are such types again: the `Object` of a
    /// mutation.
    #[must_use]
    pub fn declare_open_object(mut self, name: &str) -> Self {
        self.objects.insert(name, ObjectType::Open.into());
        self.declare_type(name, Type::object(name))
    }

    /// Compiles an expression, or says what is wrong with it.
    pub fn compile(&self, text: &str) -> Result<Program, Vec<Issue>> {
        program::compile(self, text)
    }

    /// Compiles an expression and says what it may cost, or says what is wrong with it.
    pub fn compile_and_estimate(&self, text: &str) -> Result<(Program, Range), Vec<Issue>> {
        let checked = program::checked(self, text)?;
        Ok((program::of(self, &checked, text)?, estimate::estimate(&checked, None)))
    }

    /// What an expression may cost, or says what is wrong with it.
    pub fn estimate(&self, text: &str) -> Result<Range, Vec<Issue>> {
        program::checked(self, text).map(|checked| estimate::estimate(&checked, None))
    }

    /// What an expression may cost when it is known how large some values may be.
    pub fn estimate_with(&self, text: &str, hint: SizeHint<'_>) -> Result<Range, Vec<Issue>> {
        program::checked(self, text).map(|checked| estimate::estimate(&checked, Some(hint)))
    }

    pub(super) fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    pub(super) fn variable(&self, name: &str) -> Option<&Type> {
        self.variables.get(name)
    }

    pub(super) fn function(&self, name: &str) -> &[Arc<Overload>] {
        self.functions.get(name).map_or(&[], Vec::as_slice)
    }

    /// The type that a name stands for.
    pub(super) fn type_named(&self, name: &str) -> Option<Type> {
        if let Some(of) = self.types.get(name) {
            return Some(of.clone());
        }
        self.open_root(name).map(|_| Type::object(name))
    }

    fn open_root(&self, name: &str) -> Option<&ObjectType> {
        let root = name.split('.').next()?;
        self.objects.get(root).map(AsRef::as_ref).filter(|object| matches!(object, ObjectType::Open))
    }

    /// The type of a field of an object type.
    pub(super) fn field(&self, object: &str, field: &str) -> Option<Type> {
        match self.objects.get(object).map(AsRef::as_ref).or_else(|| self.open_root(object))? {
            ObjectType::Fields(fields) => fields.get(field).cloned(),
            ObjectType::Open => Some(Type::Dyn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_copy_adds_is_its_own() {
        let base = Env::new(Version::NEWEST).declare("a", Type::Int).declare("b", Type::Int);
        let copy = base.clone().declare("a", Type::String).declare("c", Type::Bool);
        let other = copy.clone().declare("a", Type::Bool);
        assert_eq!([base.variable("a"), base.variable("c")], [Some(&Type::Int), None]);
        assert_eq!([copy.variable("a"), copy.variable("b")], [Some(&Type::String), Some(&Type::Int)]);
        assert_eq!([other.variable("a"), other.variable("c")], [Some(&Type::Bool), Some(&Type::Bool)]);
        drop((base, copy));
        let last = other.declare("a", Type::Int);
        assert_eq!(last.variable("a"), Some(&Type::Int));
    }
}
