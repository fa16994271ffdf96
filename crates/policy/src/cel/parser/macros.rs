//! Calls that stand for larger expressions: `has`, `all`, `map`, `optMap` and their like.

mod quantifier;
mod transform;

use std::borrow::Cow;

use super::{ExprId, Parser};
use crate::cel::syntax::{ACCUMULATOR, Comprehension, Expr, Literal, Presence};

/// Macros beyond those of the language itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension {
    /// `optMap`, `optFlatMap`.
    Optional,
    /// `all`, `exists`, `existsOne`, `transformList`, `transformMap`, `transformMapEntry` with two variables.
    TwoVariables,
    /// `sortBy`.
    SortBy,
    /// `cel.bind`: of the language's extensions, but not known to the API server.
    Bind,
}

#[derive(Clone, Copy)]
pub(super) struct MacroSet {
    optional: bool,
    two_variables: bool,
    sort_by: bool,
    bind: bool,
}

impl MacroSet {
    pub(super) fn of(extensions: &[Extension]) -> Self {
        Self {
            optional: extensions.contains(&Extension::Optional),
            two_variables: extensions.contains(&Extension::TwoVariables),
            sort_by: extensions.contains(&Extension::SortBy),
            bind: extensions.contains(&Extension::Bind),
        }
    }
}

/// Why a call cannot be expanded: the argument at fault, or nothing when it is the call, and the problem.
pub(super) type Refusal = (ExprId, Cow<'static, str>);

type Expanded = Result<ExprId, Refusal>;

const NOT_SIMPLE: &str = "argument must be a simple name";
const NOT_IDENTIFIER: &str = "argument is not an identifier";
const OVERWRITES: &str = "iteration variable overwrites accumulator variable";
const OLD_ACCUMULATOR: &str = "__result__";
const UNUSED: &str = "#unused";

impl Parser<'_, '_> {
    pub(super) fn global_call(&mut self, at: u32, function: String, arguments: Vec<ExprId>) -> ExprId {
        if let ("has", [argument]) = (function.as_str(), arguments.as_slice()) {
            let expanded = match self.ast.get(*argument).clone() {
                Expr::Select { operand, field, .. } => {
                    Ok(self.node(at, Expr::Select { operand, field, presence: Presence::Test }))
                }
                _ => Err((*argument, "invalid argument to has() macro".into())),
            };
            return self.settle(expanded);
        }
        self.node(at, Expr::Call { function, target: None, arguments })
    }

    pub(super) fn member_call(
        &mut self,
        at: u32,
        target: ExprId,
        function: String,
        arguments: Vec<ExprId>,
    ) -> ExprId {
        match self.expand(at, target, &function, &arguments) {
            Some(expanded) => self.settle(expanded),
            None => self.node(at, Expr::Call { function, target: Some(target), arguments }),
        }
    }

    fn settle(&mut self, expanded: Expanded) -> ExprId {
        match expanded {
            Ok(id) => id,
            Err((id, message)) => self.broken(self.ast.at(id), message),
        }
    }

    /// What a member call stands for; `None` for one that is no macro.
    fn expand(&mut self, at: u32, target: ExprId, function: &str, arguments: &[ExprId]) -> Option<Expanded> {
        let MacroSet { optional, two_variables, sort_by, bind } = self.macros;
        Some(match (function, arguments) {
            ("all", [v, test]) => self.all(at, target, self.one(*v, NOT_SIMPLE), *test),
            ("exists", [v, test]) => self.exists(at, target, self.one(*v, NOT_SIMPLE), *test),
            ("exists_one" | "existsOne", [v, test]) => {
                self.exists_one(at, target, self.one(*v, NOT_SIMPLE), *test)
            }
            ("map", [v, value]) => self.list_of(at, target, self.one(*v, NOT_IDENTIFIER), None, *value),
            ("map", [v, test, value]) => {
                self.list_of(at, target, self.one(*v, NOT_IDENTIFIER), Some(*test), *value)
            }
            ("filter", [v, test]) => self.list_of(at, target, self.one(*v, NOT_IDENTIFIER), Some(*test), *v),
            ("all", [a, b, test]) if two_variables => self.all(at, target, self.two(*a, *b), *test),
            ("exists", [a, b, test]) if two_variables => self.exists(at, target, self.two(*a, *b), *test),
            ("exists_one" | "existsOne", [a, b, test]) if two_variables => {
                self.exists_one(at, target, self.two(*a, *b), *test)
            }
            ("transformList", [a, b, rest @ ..]) if two_variables => {
                let (test, value) = test_and_value(rest)?;
                self.list_of(at, target, self.two(*a, *b), test, value)
            }
            ("transformMap", [a, b, rest @ ..]) if two_variables => {
                let (test, value) = test_and_value(rest)?;
                self.map_of(at, target, self.two(*a, *b), test, value)
            }
            ("transformMapEntry", [a, b, rest @ ..]) if two_variables => {
                let (test, value) = test_and_value(rest)?;
                self.map_of_entries(at, target, self.two(*a, *b), test, value)
            }
            ("optMap", [v, value]) if optional => self.opt_map(at, target, *v, *value),
            ("optFlatMap", [v, value]) if optional => self.opt_flat_map(at, target, *v, *value),
            ("sortBy", [v, key]) if sort_by => self.sort_by(at, target, *v, *key),
            ("bind", [v, initial, result]) if bind => {
                if !matches!(self.ast.get(target), Expr::Ident(name) if name == "cel") {
                    return None;
                }
                match self.ast.get(*v).clone() {
                    Expr::Ident(name) => Ok(self.bind(at, name, *initial, *result)),
                    _ => Err((*v, "cel.bind() variable names must be simple identifiers".into())),
                }
            }
            _ => return None,
        })
    }

    /// The name of the one variable of a macro.
    fn one(&self, variable: ExprId, complaint: &'static str) -> Result<Names, Refusal> {
        let Expr::Ident(name) = self.ast.get(variable) else { return Err((variable, complaint.into())) };
        if name == OLD_ACCUMULATOR {
            return Err((variable, OVERWRITES.into()));
        }
        Ok((name.clone(), None))
    }

    /// The names of the two variables of a macro.
    fn two(&self, first: ExprId, second: ExprId) -> Result<Names, Refusal> {
        let name = |id| match self.ast.get(id) {
            Expr::Ident(name) => Ok(name.clone()),
            _ => Err((id, NOT_SIMPLE.into())),
        };
        let (one, two) = (name(first)?, name(second)?);
        if one == two {
            return Err((second, format!("duplicate variable name: {one}").into()));
        }
        for (id, name) in [(first, &one), (second, &two)] {
            if name == OLD_ACCUMULATOR {
                return Err((id, OVERWRITES.into()));
            }
        }
        Ok((one, Some(two)))
    }

    fn literal_at(&mut self, at: u32, value: Literal) -> ExprId {
        self.node(at, Expr::Literal(value))
    }

    fn accumulator(&mut self, at: u32) -> ExprId {
        self.node(at, Expr::Ident(ACCUMULATOR.to_owned()))
    }

    /// A loop with the accumulator of macros.
    fn fold(&mut self, at: u32, range: ExprId, names: Names, parts: Parts) -> ExprId {
        let (variable, second_variable) = names;
        let Parts { initial, condition, step, result } = parts;
        let accumulator = ACCUMULATOR.to_owned();
        let fold =
            Comprehension { range, variable, second_variable, accumulator, initial, condition, step, result };
        self.node(at, Expr::Comprehension(Box::new(fold)))
    }

    /// A loop over nothing, so that a name stands for a value within an expression.
    fn bind(&mut self, at: u32, name: String, initial: ExprId, result: ExprId) -> ExprId {
        let range = self.node(at, Expr::List(Vec::new()));
        let condition = self.literal_at(at, Literal::Bool(false));
        let step = self.node(at, Expr::Ident(name.clone()));
        let fold = Comprehension {
            range,
            variable: UNUSED.to_owned(),
            second_variable: None,
            accumulator: name,
            initial,
            condition,
            step,
            result,
        };
        self.node(at, Expr::Comprehension(Box::new(fold)))
    }
}

/// One or two variables.
type Names = (String, Option<String>);

struct Parts {
    initial: ExprId,
    condition: ExprId,
    step: ExprId,
    result: ExprId,
}

fn test_and_value(rest: &[ExprId]) -> Option<(Option<ExprId>, ExprId)> {
    match rest {
        [value] => Some((None, *value)),
        [test, value] => Some((Some(*test), *value)),
        _ => None,
    }
}
