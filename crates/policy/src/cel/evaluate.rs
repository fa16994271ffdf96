//! What is the value of a program, and what did it cost?

mod attribute;
mod call;
mod fold;

use std::sync::Arc;

use super::plan::{Attribute, Plan, Polarity, Root};
use super::program::{Bindings, Budget};
use super::syntax::Optionality;
use super::value::{Map, Message, Value, equal};
use super::{Error, cost, kubernetes};

type Evaluated<'a> = Result<Value<'a>, Error>;

/// One evaluation.
pub(super) struct Evaluation<'a, 'e> {
    bindings: &'e Bindings<'a>,
    budget: &'e mut Budget,
    locals: Vec<Local<'a, 'e>>,
}

/// A local variable.
#[derive(Clone)]
enum Local<'a, 'e> {
    Unset,
    /// Computed when it is first asked for.
    Initial(&'e Plan),
    Set(Evaluated<'a>),
}

impl<'a, 'e> Evaluation<'a, 'e> {
    pub(super) fn new(bindings: &'e Bindings<'a>, budget: &'e mut Budget, slots: usize) -> Self {
        Self { bindings, budget, locals: vec![Local::Unset; slots] }
    }

    pub(super) fn value(&mut self, plan: &'e Plan) -> Evaluated<'a> {
        match plan {
            Plan::Constant(value) => Ok(value.clone()),
            Plan::Attribute(attribute) => {
                let found = self.resolve(attribute);
                if !matches!(attribute.root, Root::Either(_)) {
                    self.charge(cost::ATTRIBUTE)?;
                }
                found
            }
            Plan::Has(attribute) => self.has(attribute),
            Plan::And(pair) => self.logical(pair, false),
            Plan::Or(pair) => self.logical(pair, true),
            Plan::Equal(pair, polarity) => self.equal(pair, *polarity),
            Plan::Conditional(conditional) => self.conditional(conditional, &[]),
            Plan::Call(call) => self.call(call),
            Plan::Among(value, set) => {
                let value = self.value(value)?;
                Ok(Value::Bool(set.get(&value)?.is_some()))
            }
            Plan::OptionalOr(pair) => self.optional_or(pair),
            Plan::OptionalOrValue(pair) => match self.optional_or(pair)? {
                Value::Optional(Some(value)) => Ok((*value).clone()),
                other => Ok(other),
            },
            Plan::List(elements) => {
                let made = self.list(elements);
                self.charge(cost::LIST)?;
                made
            }
            Plan::Map(entries) => {
                let made = self.map(entries);
                self.charge(cost::MAP)?;
                made
            }
            Plan::Object(name, fields) => {
                let made = self.message(name, fields);
                self.charge(cost::OBJECT)?;
                made
            }
            Plan::Fold(fold) => self.fold(fold),
        }
    }

    fn charge(&mut self, amount: u64) -> Result<(), Error> {
        self.budget.spend(amount)
    }

    /// `&&` (which `false` decides) and `||` (which `true` decides): a decisive operand makes good for an error of
    /// the other.
    fn logical(&mut self, pair: &'e [Plan; 2], decisive: bool) -> Evaluated<'a> {
        let mut failed = None;
        for plan in pair {
            match self.value(plan) {
                Ok(Value::Bool(value)) if value == decisive => return Ok(Value::Bool(decisive)),
                Ok(Value::Bool(_)) => {}
                Ok(_) => failed = failed.or_else(|| Some(Error::no_such_overload())),
                Err(error) if error.is_final() => return Err(error),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(Value::Bool(!decisive)), Err)
    }

    fn equal(&mut self, pair: &'e [Plan; 2], polarity: Polarity) -> Evaluated<'a> {
        let [left, right] = pair;
        let (left, right) = (self.attempt(left)?, self.attempt(right)?);
        let size = |value: &Evaluated<'a>| value.as_ref().map_or(1, cost::actual_size);
        let opaque = matches!(left, Ok(Value::Opaque(_))) && polarity == Polarity::Same;
        let amount = if opaque { 1 } else { cost::traversal(size(&left).min(size(&right))) };
        self.charge(amount)?;
        let same = equal(&left?, &right?);
        Ok(Value::Bool(same == (polarity == Polarity::Same)))
    }

    /// A value or an error that the caller looks at; the end of the budget is none of these.
    fn attempt(&mut self, plan: &'e Plan) -> Result<Evaluated<'a>, Error> {
        match self.value(plan) {
            Err(error) if error.is_final() => Err(error),
            other => Ok(other),
        }
    }

    fn optional_or(&mut self, pair: &'e [Plan; 2]) -> Evaluated<'a> {
        let [left, right] = pair;
        match self.value(left)? {
            found @ Value::Optional(Some(_)) => Ok(found),
            Value::Optional(None) => self.value(right),
            _ => Err(Error::no_such_overload()),
        }
    }

    fn list(&mut self, elements: &'e [(Plan, Optionality)]) -> Evaluated<'a> {
        let mut made = Vec::with_capacity(elements.len());
        for (plan, optionality) in elements {
            let value = self.value(plan)?;
            made.extend(present(value, *optionality, || "list element".to_owned())?);
        }
        Ok(Value::list(made))
    }

    fn map(&mut self, entries: &'e [(Plan, Plan, Optionality)]) -> Evaluated<'a> {
        let mut made = super::value::Entries::default();
        for (key, plan, optionality) in entries {
            let key = self.value(key)?;
            let value = self.value(plan)?;
            match present(value, *optionality, || format!("entry '{}'", key.as_go()))? {
                Some(value) => made.insert(key, value)?,
                None => made.remove(&key),
            }
        }
        Ok(Value::Map(Map::of(made)))
    }

    fn message(&mut self, name: &Arc<str>, fields: &'e [(Arc<str>, Plan, Optionality)]) -> Evaluated<'a> {
        let mut made = Message { name: name.clone(), fields: Vec::with_capacity(fields.len()) };
        for (field, plan, optionality) in fields {
            let value = self.value(plan)?;
            if let Some(value) = present(value, *optionality, || format!("entry '{field}'"))? {
                made.fields.push((field.clone(), value));
            }
        }
        kubernetes::check_message(&made)?;
        Ok(Value::Object(made.into()))
    }

    fn has(&mut self, attribute: &'e Attribute) -> Evaluated<'a> {
        match self.resolve(attribute)? {
            Value::Optional(value) => Ok(Value::Bool(value.is_some())),
            other => Ok(other),
        }
    }
}

/// What an element adds to its collection: an optional one that is empty adds nothing.
fn present<'a>(
    value: Value<'a>,
    optionality: Optionality,
    what: impl Fn() -> String,
) -> Result<Option<Value<'a>>, Error> {
    match (optionality, value) {
        (Optionality::Required, value) => Ok(Some(value)),
        (Optionality::Optional, Value::Optional(held)) => Ok(held.map(|held| (*held).clone())),
        (Optionality::Optional, other) => Err(Error::new(format!(
            "cannot initialize optional {} from non-optional value {}",
            what(),
            other.as_go()
        ))),
    }
}
