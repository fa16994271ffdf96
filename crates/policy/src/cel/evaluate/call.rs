//! Calls of functions: which overload is it, and what does it cost?

use super::{Error, Evaluated, Evaluation, Value};
use crate::cel::function::{Arguments, Cost, Overload};
use crate::cel::plan::{Call, Plan};

impl<'a, 'e> Evaluation<'a, 'e> {
    pub(super) fn call(&mut self, call: &'e Call) -> Evaluated<'a> {
        match call.arguments.as_slice() {
            [one] => {
                let one = self.attempt(one)?;
                if &*call.function == "@not_strictly_false" {
                    self.charge(1)?;
                    return Ok(Value::Bool(!matches!(one, Ok(Value::Bool(false)))));
                }
                match one {
                    Ok(one) => self.apply(call, &[one]),
                    Err(error) => self.failed(call, &[Value::Null], error),
                }
            }
            [left, right] if call.order == Arguments::Together => {
                match (self.attempt(left)?, self.attempt(right)?) {
                    (Ok(left), Ok(right)) => self.apply_two(call, left, right),
                    (Err(error), Ok(right)) => self.failed(call, &[Value::Null, right], error),
                    (Ok(left), Err(error)) => self.failed(call, &[left, Value::Null], error),
                    (Err(error), Err(_)) => self.failed(call, &[Value::Null, Value::Null], error),
                }
            }
            many => self.call_many(call, many),
        }
    }

    /// Stops at the first argument that fails; the call counts only when that is the last one.
    fn call_many(&mut self, call: &'e Call, arguments: &'e [Plan]) -> Evaluated<'a> {
        let mut values = Vec::with_capacity(arguments.len());
        for (index, argument) in arguments.iter().enumerate() {
            match self.attempt(argument)? {
                Ok(value) => values.push(value),
                Err(error) if index + 1 == arguments.len() => {
                    values.push(Value::Null);
                    return self.failed(call, &values, error);
                }
                Err(error) => return Err(error),
            }
        }
        self.apply(call, &values)
    }

    fn failed(&mut self, call: &Call, arguments: &[Value<'a>], error: Error) -> Evaluated<'a> {
        self.charge(amount(call, arguments, None))?;
        Err(error)
    }

    /// Two lists are joined in place where the first is not needed any more.
    fn apply_two(&mut self, call: &'e Call, left: Value<'a>, right: Value<'a>) -> Evaluated<'a> {
        if let ("_+_", Value::List(_), Value::List(_)) = (&*call.function, &left, &right) {
            self.charge(1)?;
            return match (left, right) {
                (Value::List(left), Value::List(right)) => Ok(Value::List(left.join(&right))),
                _ => Err(Error::no_such_overload()),
            };
        }
        if let ("cel.@mapInsert", Value::Map(_), Value::Map(_)) = (&*call.function, &left, &right) {
            self.charge(1)?;
            let (Value::Map(mut left), Value::Map(right)) = (left, right) else {
                return Err(Error::no_such_overload());
            };
            for (key, value) in right.entries() {
                left = left.with(key, value?)?;
            }
            return Ok(Value::Map(left));
        }
        self.apply(call, &[left, right])
    }

    fn apply(&mut self, call: &'e Call, arguments: &[Value<'a>]) -> Evaluated<'a> {
        let found = match overload(call, arguments) {
            Some(overload) => (overload.function.call)(arguments),
            None => Err(no_overload(call, arguments)),
        };
        self.charge(amount(call, arguments, found.as_ref().ok()))?;
        found
    }
}

/// The overload for the arguments: the one that the checker found, or the first that takes them.
fn overload<'c>(call: &'c Call, arguments: &[Value<'_>]) -> Option<&'c Overload> {
    if let Some(only) = &call.only {
        return only.accepts(arguments).then_some(only);
    }
    call.overloads.iter().find(|overload| overload.accepts(arguments)).map(AsRef::as_ref)
}

fn no_overload(call: &Call, arguments: &[Value<'_>]) -> Error {
    let types: Vec<String> = arguments.iter().map(Value::type_name).collect();
    Error::new(format!("no such overload: {}({})", call.function, types.join(", ")))
}

fn amount<'v, 'a>(call: &Call, arguments: &'v [Value<'a>], result: Option<&'v Value<'a>>) -> u64 {
    let named = call.only.as_ref().or_else(|| call.overloads.first());
    match (named.map(|overload| overload.function.cost), &call.only) {
        (Some(Cost::Call(cost) | Cost::Either(_, cost)), None)
        | (Some(Cost::Call(cost) | Cost::Overload(cost) | Cost::Either(cost, _)), Some(_)) => {
            cost(arguments, result)
        }
        _ => 1,
    }
}
