//! Calls, and the operators among them that are more than a call.

use super::{
    Call, Conditional, Error, ExprId, Optionality, Plan, Planner, Polarity, Reference, Value, broken,
};
use crate::cel::function::{Arguments, Guard};
use crate::cel::regex::Pattern;
use crate::cel::types::Type;
use crate::cel::value::{Map, equal};

/// Functions whose call with a constant is made once, when the program is.
const CONVERSIONS: [&str; 10] =
    ["bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"];

impl Planner<'_, '_> {
    pub(super) fn call(
        &mut self,
        id: ExprId,
        function: &str,
        target: Option<ExprId>,
        arguments: &[ExprId],
    ) -> Result<Plan, Error> {
        match (function, arguments) {
            ("_?_:_", [condition, yes, no]) => return self.conditional(*condition, *yes, *no),
            ("_[_]", [operand, index]) => return self.index(*operand, *index, Optionality::Required),
            ("_[?_]" | "_?._", [operand, index]) => {
                return self.index(*operand, *index, Optionality::Optional);
            }
            _ => {}
        }
        let mut planned = Vec::with_capacity(arguments.len() + 1);
        for argument in target.iter().chain(arguments) {
            planned.push(self.plan(*argument)?);
        }
        let mut planned = match <[Plan; 2]>::try_from(planned) {
            Ok(pair) => match special(function, Box::new(pair)) {
                Ok(plan) => return Ok(plan),
                Err(pair) => Vec::from(*pair),
            },
            Err(planned) => planned,
        };
        let function = function.strip_prefix('.').unwrap_or(function);
        let Some(Reference::Function(fitting)) = self.checked.reference(id) else { return Err(broken()) };
        let only = match fitting.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        };
        let overloads = self.env.function(function).to_vec();
        let is_search = SEARCHES.contains(&function) && compile_pattern(&mut planned)?;
        let order = match (&only, overloads.first()) {
            _ if is_search => Arguments::InTurn,
            (Some(only), _) => only.function.arguments,
            (None, Some(first)) if first.function.guard == Guard::Types => Arguments::InTurn,
            _ => Arguments::Together,
        };
        match among(Call { function: function.into(), only, overloads, arguments: planned, order }) {
            Ok(plan) => Ok(plan),
            Err(call) => converted(call),
        }
    }

    fn conditional(&mut self, condition: ExprId, yes: ExprId, no: ExprId) -> Result<Plan, Error> {
        let condition = self.plan(condition)?;
        let (yes, no) = (self.attribute(yes)?, self.attribute(no)?);
        Ok(Plan::Conditional(Box::new(Conditional { condition, yes, no })))
    }
}

/// Operators of two operands that are steps of their own.
fn special(function: &str, pair: Box<[Plan; 2]>) -> Result<Plan, Box<[Plan; 2]>> {
    Ok(match function {
        "_&&_" => Plan::And(pair),
        "_||_" => Plan::Or(pair),
        "_==_" => Plan::Equal(pair, Polarity::Same),
        "_!=_" => Plan::Equal(pair, Polarity::Different),
        "or" => Plan::OptionalOr(pair),
        "orValue" => Plan::OptionalOrValue(pair),
        _ => return Err(pair),
    })
}

/// `in` a list of constants of simple types.
fn among(mut call: Call) -> Result<Plan, Call> {
    let in_list = call.only.as_ref().is_some_and(|overload| overload.function.id == "in_list");
    let set = match call.arguments.as_slice() {
        [_, Plan::Constant(Value::List(list))] if in_list => {
            if list.is_empty() {
                return Ok(Plan::Constant(Value::Bool(false)));
            }
            set_of(list.iter())
        }
        _ => None,
    };
    match set {
        Some(set) => Ok(Plan::Among(Box::new(call.arguments.swap_remove(0)), set)),
        None => Err(call),
    }
}

fn set_of(values: impl Iterator<Item = Value<'static>>) -> Option<Map<'static>> {
    let mut entries = Vec::new();
    for value in values {
        let is_number = matches!(value, Value::Int(_) | Value::Uint(_) | Value::Double(_));
        if !is_number && !matches!(value, Value::String(_) | Value::Bool(_)) {
            return None;
        }
        // A number is found by its equals of other types.
        for of in [Type::Int, Type::Uint, Type::Double] {
            let other = if is_number { value.convert(&of).ok() } else { None };
            entries
                .extend(other.filter(|other| equal(other, &value)).map(|other| (other, Value::Bool(true))));
        }
        entries.push((value, Value::Bool(true)));
    }
    Map::from_entries(entries).ok()
}

/// Functions whose second argument is a regular expression.
const SEARCHES: [&str; 3] = ["matches", "find", "findAll"];

/// A regular expression that is written out is compiled with the expression; says whether there was one.
fn compile_pattern(arguments: &mut [Plan]) -> Result<bool, Error> {
    let Some(argument) = arguments.get_mut(1) else { return Ok(false) };
    let Plan::Constant(Value::String(text)) = argument else { return Ok(false) };
    *argument = Plan::Constant(Value::opaque(Pattern::new(text)?));
    Ok(true)
}

/// A conversion of a constant is a constant, or a problem of the expression.
fn converted(call: Call) -> Result<Plan, Error> {
    let value = match (call.arguments.as_slice(), &call.only) {
        ([Plan::Constant(value)], Some(overload)) if CONVERSIONS.contains(&&*call.function) => {
            (overload.function.call)(std::slice::from_ref(value))?
        }
        _ => return Ok(Plan::Call(Box::new(call))),
    };
    Ok(Plan::Constant(value))
}
