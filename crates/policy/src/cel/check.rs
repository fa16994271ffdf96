//! Which type has each part of an expression, and which function does each call mean?

mod assign;
mod call;
mod collection;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::env::Env;
use super::function::Overload;
use super::source::{Issue, Source};
use super::syntax::{Ast, Comprehension, Expr, ExprId, Literal, Presence};
use super::types::Type;
use assign::{Free, Mapping};

/// An expression with its types.
pub(super) struct Checked {
    pub(super) ast: Ast,
    types: Vec<Option<Type>>,
    references: Vec<Option<Reference>>,
}

/// What a name or a call means.
#[derive(Clone, Debug)]
pub(super) enum Reference {
    /// A variable of the environment, even where a local one has the same name.
    Global(String),
    /// A variable of a comprehension.
    Local(String),
    /// A type as a value.
    Type(Type),
    /// The overloads that the arguments may fit.
    Function(Vec<Arc<Overload>>),
    /// The full name of the type of a message.
    Object(String),
}

impl Checked {
    pub(super) fn type_of(&self, id: ExprId) -> &Type {
        self.types.get(id.0 as usize).and_then(Option::as_ref).unwrap_or(&Type::Dyn)
    }

    pub(super) fn reference(&self, id: ExprId) -> Option<&Reference> {
        self.references.get(id.0 as usize)?.as_ref()
    }
}

/// Most problems that are reported at once.
const MOST_ISSUES: usize = 100;
/// Most parts of a type: `{a: a}` doubles it at every step.
const LARGEST_TYPE: usize = 1000;

/// Checks an expression, or says what is wrong with it.
pub(super) fn check(ast: Ast, env: &Env, source: &Source<'_>) -> Result<Checked, Vec<Issue>> {
    let size = ast.len();
    let mut checker = Checker {
        ast: &ast,
        types: vec![None; size],
        references: vec![None; size],
        renamed: Vec::new(),
        env,
        source,
        mapping: Mapping::default(),
        locals: BTreeMap::new(),
        free: 0,
        issues: Vec::new(),
    };
    checker.check(ast.root);
    let Checker { mut types, references, renamed, mapping, mut issues, .. } = checker;
    if !issues.is_empty() {
        issues.sort_by_key(|issue| (issue.line, issue.column));
        return Err(issues);
    }
    for of in types.iter_mut().flatten() {
        *of = mapping.substitute(of, Free::Dyn);
    }
    let mut ast = ast;
    for (id, call) in renamed {
        ast.set(id, call);
    }
    Ok(Checked { ast, types, references })
}

struct Checker<'c> {
    ast: &'c Ast,
    types: Vec<Option<Type>>,
    references: Vec<Option<Reference>>,
    /// Calls of functions whose names have dots, which are read as calls of members.
    renamed: Vec<(ExprId, Expr)>,
    env: &'c Env,
    source: &'c Source<'c>,
    mapping: Mapping,
    /// Variables of the comprehensions around the part at hand, innermost last.
    locals: BTreeMap<String, Vec<Type>>,
    free: u32,
    issues: Vec<Issue>,
}

impl Checker<'_> {
    fn check(&mut self, id: ExprId) -> Type {
        let found = match self.ast.get(id) {
            Expr::Literal(literal) => literal_type(literal),
            Expr::Ident(name) => self.ident(id, name),
            Expr::Select { operand, field, presence } => self.select(id, *operand, field, *presence),
            Expr::Call { function, target, arguments } => self.call(id, function, *target, arguments),
            Expr::List(elements) => self.list(elements),
            Expr::Map(entries) => self.map(entries),
            Expr::Object { name, fields } => self.object(id, name, fields),
            Expr::Comprehension(fold) => self.comprehension(fold),
            Expr::Broken => Type::Error,
        };
        self.set_type(id, found)
    }

    fn set_type(&mut self, id: ExprId, found: Type) -> Type {
        let found = if found.is_larger_than(LARGEST_TYPE) {
            self.report(id, format!("type has more than {LARGEST_TYPE} parts"));
            Type::Error
        } else {
            found
        };
        if let Some(slot) = self.types.get_mut(id.0 as usize) {
            *slot = Some(found.clone());
        }
        found
    }

    fn refer(&mut self, id: ExprId, reference: Reference) {
        if let Some(slot) = self.references.get_mut(id.0 as usize) {
            *slot = Some(reference);
        }
    }

    fn report(&mut self, id: ExprId, message: impl Into<String>) {
        self.report_at(self.ast.at(id), message);
    }

    fn report_at(&mut self, at: u32, message: impl Into<String>) {
        if self.issues.len() < MOST_ISSUES {
            self.issues.push(self.source.issue(at, message));
        }
    }

    fn undeclared(&mut self, id: ExprId, name: &str) -> Type {
        self.report(id, format!("undeclared reference to '{name}' (in container '')"));
        Type::Error
    }

    fn mismatch(&mut self, id: ExprId, expected: &Type, found: &Type) {
        self.report(id, format!("expected type '{expected}' but found '{found}'"));
    }

    fn new_variable(&mut self) -> Type {
        self.free += 1;
        Type::Parameter(format!("_var{}", self.free - 1).into())
    }

    fn ident(&mut self, id: ExprId, name: &str) -> Type {
        match self.resolve(name) {
            Some((reference, of)) => {
                self.refer(id, reference);
                of
            }
            None => self.undeclared(id, name),
        }
    }

    /// What a name means: a local variable first, unless it begins with a dot.
    fn resolve(&self, name: &str) -> Option<(Reference, Type)> {
        let global = name.strip_prefix('.');
        if global.is_none()
            && let Some(of) = self.locals.get(name).and_then(|scopes| scopes.last())
        {
            return Some((Reference::Local(name.to_owned()), of.clone()));
        }
        self.resolve_global(global.unwrap_or(name))
    }

    fn resolve_global(&self, name: &str) -> Option<(Reference, Type)> {
        if let Some(of) = self.env.variable(name) {
            return Some((Reference::Global(name.to_owned()), of.clone()));
        }
        let of = self.env.type_named(name)?;
        Some((Reference::Type(of.clone()), Type::Type(Some(of.into()))))
    }

    fn select(&mut self, id: ExprId, operand: ExprId, field: &str, presence: Presence) -> Type {
        if presence == Presence::Read
            && let Some(name) = self.qualified(id)
            && !self.begins_with_local(&name)
            && let Some((reference, of)) = self.resolve_global(name.strip_prefix('.').unwrap_or(&name))
        {
            self.refer(id, reference);
            return of;
        }
        let operand_type = self.check(operand);
        let found = self.field(id, &operand_type, field, presence);
        match presence {
            Presence::Read => self.mapping.substitute(&found, Free::Kept),
            Presence::Test => Type::Bool,
        }
    }

    fn begins_with_local(&self, name: &str) -> bool {
        let first = name.split('.').next().unwrap_or_default();
        !first.is_empty() && self.locals.get(first).is_some_and(|scopes| !scopes.is_empty())
    }

    /// The dotted name that a chain of selections spells, if it is one.
    fn qualified(&self, mut id: ExprId) -> Option<String> {
        let mut parts = Vec::new();
        loop {
            match self.ast.get(id) {
                Expr::Select { operand, field, presence: Presence::Read } => {
                    parts.push(field.as_str());
                    id = *operand;
                }
                Expr::Ident(name) => {
                    parts.push(name);
                    parts.reverse();
                    return Some(parts.join("."));
                }
                _ => return None,
            }
        }
    }

    /// The type of a field of a value.
    fn field(&mut self, id: ExprId, operand: &Type, field: &str, _presence: Presence) -> Type {
        let operand = self.mapping.substitute(operand, Free::Kept);
        let (target, optional) = match operand.unwrap_optional() {
            Some(inner) => (inner.clone(), true),
            None => (operand.clone(), false),
        };
        let found = match &target {
            Type::Map(_, value) => (**value).clone(),
            Type::Object(name) => self.env.field(name, field).unwrap_or_else(|| {
                self.report(id, format!("undefined field '{field}'"));
                Type::Error
            }),
            Type::Parameter(_) => {
                self.mapping.assignable(&Type::Dyn, &target);
                Type::Dyn
            }
            other => {
                if !other.is_dyn_or_error() {
                    self.report(id, format!("type '{other}' does not support field selection"));
                }
                Type::Dyn
            }
        };
        if optional { Type::optional(found) } else { found }
    }

    fn comprehension(&mut self, fold: &Comprehension) -> Type {
        let range = self.check(fold.range);
        let accumulated = self.check(fold.initial);
        let range = self.mapping.substitute(&range, Free::Kept);
        let two = fold.second_variable.is_some();
        let (first, second) = match &range {
            Type::List(element) if two => (Type::Int, (**element).clone()),
            Type::List(element) => ((**element).clone(), Type::Dyn),
            Type::Map(key, value) => ((**key).clone(), (**value).clone()),
            Type::Dyn | Type::Error | Type::Parameter(_) => {
                self.mapping.assignable(&Type::Dyn, &range);
                (Type::Dyn, Type::Dyn)
            }
            other => {
                let message = format!(
                    "expression of type '{other}' cannot be range of a comprehension (must be list, map, or dynamic)"
                );
                self.report(fold.range, message);
                (Type::Error, Type::Error)
            }
        };
        self.enter(&fold.accumulator, accumulated.clone());
        self.enter(&fold.variable, first);
        if let Some(name) = &fold.second_variable {
            self.enter(name, second);
        }
        let condition = self.check(fold.condition);
        self.assert(fold.condition, &Type::Bool, &condition);
        let step = self.check(fold.step);
        self.assert(fold.step, &accumulated, &step);
        if let Some(name) = &fold.second_variable {
            self.leave(name);
        }
        self.leave(&fold.variable);
        let result = self.check(fold.result);
        self.leave(&fold.accumulator);
        self.mapping.substitute(&result, Free::Kept)
    }

    fn enter(&mut self, name: &str, of: Type) {
        self.locals.entry(name.to_owned()).or_default().push(of);
    }

    fn leave(&mut self, name: &str) {
        if let Some(scopes) = self.locals.get_mut(name) {
            scopes.pop();
        }
    }

    fn assert(&mut self, id: ExprId, expected: &Type, found: &Type) {
        if !self.mapping.assignable(expected, found) {
            self.mismatch(id, expected, found);
        }
    }
}

fn literal_type(literal: &Literal) -> Type {
    match literal {
        Literal::Null => Type::Null,
        Literal::Bool(_) => Type::Bool,
        Literal::Int(_) => Type::Int,
        Literal::Uint(_) => Type::Uint,
        Literal::Double(_) => Type::Double,
        Literal::String(_) => Type::String,
        Literal::Bytes(_) => Type::Bytes,
    }
}
