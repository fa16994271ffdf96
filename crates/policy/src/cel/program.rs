//! A compiled expression, and what it is evaluated with.

use super::check::{self, Checked};
use super::env::Env;
use super::evaluate::Evaluation;
use super::plan::{self, Plan};
use super::source::{Issue, NOWHERE, Source};
use super::types::Type;
use super::value::Value;
use super::{Error, cost, parser, validate};

/// A compiled expression: evaluated any number of times, by any number of threads.
#[derive(Debug)]
pub struct Program {
    plan: Plan,
    slots: usize,
    result: Type,
}

/// Compiles an expression, or says what is wrong with it.
pub(super) fn compile(env: &Env, text: &str) -> Result<Program, Vec<Issue>> {
    of(env, &checked(env, text)?, text)
}

/// The program of a checked expression.
pub(super) fn of(env: &Env, checked: &Checked, text: &str) -> Result<Program, Vec<Issue>> {
    let result = checked.type_of(checked.ast.root).clone();
    let (plan, slots) = plan::plan(checked, env).map_err(|error| {
        vec![Source::new(text).issue(NOWHERE, format!("program instantiation failed: {error}"))]
    })?;
    Ok(Program { plan, slots, result })
}

/// Parses, checks and validates an expression.
pub(super) fn checked(env: &Env, text: &str) -> Result<Checked, Vec<Issue>> {
    let source = Source::new(text);
    let ast = parser::parse(&source, env.extensions())?;
    let checked = check::check(ast, env, &source)?;
    let issues = validate::validate(&checked, env, &source);
    if issues.is_empty() { Ok(checked) } else { Err(issues) }
}

impl Program {
    /// The type of its value.
    pub fn result_type(&self) -> &Type {
        &self.result
    }

    /// Evaluates it, as long as the budget lasts.
    pub fn evaluate<'a>(&self, bindings: &Bindings<'a>, budget: &mut Budget) -> Result<Value<'a>, Error> {
        Evaluation::new(bindings, budget, self.slots).value(&self.plan)
    }
}

/// The values of variables.
#[derive(Clone, Debug, Default)]
pub struct Bindings<'a> {
    values: Vec<(Box<str>, Result<Value<'a>, Error>)>,
}

impl<'a> Bindings<'a> {
    /// No variable has a value.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a variable a value.
    #[must_use]
    pub fn bind(self, name: &str, value: impl Into<Value<'a>>) -> Self {
        self.bind_result(name, Ok(value.into()))
    }

    /// Gives a variable a value, or the error that everyone gets who asks for it.
    #[must_use]
    pub fn bind_result(mut self, name: &str, value: Result<Value<'a>, Error>) -> Self {
        self.values.retain(|(known, _)| **known != *name);
        self.values.push((name.into(), value));
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<Result<Value<'a>, Error>> {
        self.values.iter().find(|(known, _)| **known == *name).map(|(_, value)| value.clone())
    }
}

/// How much an evaluation may cost, and how much it did.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    limit: u64,
    spent: u64,
}

impl Budget {
    /// A limit of one's own.
    pub const fn new(limit: u64) -> Self {
        Self { limit, spent: 0 }
    }

    /// The limit that the API server sets one expression.
    pub const fn per_expression() -> Self {
        Self::new(cost::PER_EXPRESSION)
    }

    /// What was spent so far.
    pub const fn spent(&self) -> u64 {
        self.spent
    }

    pub(super) fn covers(&self, amount: u64) -> bool {
        self.spent.saturating_add(amount) <= self.limit
    }

    pub(super) fn spend(&mut self, amount: u64) -> Result<(), Error> {
        self.spent = self.spent.saturating_add(amount);
        if self.spent > self.limit { Err(Error::budget()) } else { Ok(()) }
    }
}
