//! In which steps is a checked expression evaluated? Shaped so that costs are counted as the API server counts them.

mod call;
mod fold;

use std::sync::Arc;

use super::Error;
use super::check::{Checked, Reference};
use super::env::Env;
use super::function::{Arguments, Overload};
use super::syntax::{Expr, ExprId, Literal, Optionality, Presence};
use super::types::Type;
use super::value::{Map, Value};

/// A step and the ones below it.
#[derive(Debug)]
pub(super) enum Plan {
    Constant(Value<'static>),
    Attribute(Attribute),
    /// Whether a field is there.
    Has(Attribute),
    And(Box<[Plan; 2]>),
    Or(Box<[Plan; 2]>),
    Equal(Box<[Plan; 2]>, Polarity),
    Conditional(Box<Conditional>),
    Call(Box<Call>),
    /// `in` a list of constants.
    Among(Box<Plan>, Map<'static>),
    /// `or`, which leaves its argument alone when it is not needed.
    OptionalOr(Box<[Plan; 2]>),
    OptionalOrValue(Box<[Plan; 2]>),
    List(Vec<(Plan, Optionality)>),
    Map(Vec<(Plan, Plan, Optionality)>),
    Object(Arc<str>, Vec<(Arc<str>, Plan, Optionality)>),
    Fold(Box<Fold>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Polarity {
    Same,
    Different,
}

/// A value and the fields and elements picked from it in turn.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) root: Root,
    pub(super) qualifiers: Vec<Qualifier>,
}

#[derive(Debug)]
pub(super) enum Root {
    Global(Box<str>),
    Local(usize),
    /// A local variable that is not read again before it is set anew.
    LastUse(usize),
    Plan(Box<Plan>),
    /// One of two attributes; the qualifiers stand in both.
    Either(Box<Conditional>),
}

#[derive(Debug)]
pub(super) struct Qualifier {
    pub(super) key: Key,
    pub(super) optionality: Optionality,
    pub(super) presence: Presence,
}

#[derive(Debug)]
pub(super) enum Key {
    Constant(Value<'static>),
    Attribute(Attribute),
    Plan(Plan),
}

#[derive(Debug)]
pub(super) struct Conditional {
    pub(super) condition: Plan,
    pub(super) yes: Attribute,
    pub(super) no: Attribute,
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) function: Box<str>,
    /// The overload that the checker found, if it found but one.
    pub(super) only: Option<Arc<Overload>>,
    /// Every overload of the function.
    pub(super) overloads: Vec<Arc<Overload>>,
    pub(super) arguments: Vec<Plan>,
    /// Whether two arguments are evaluated up to the first that fails.
    pub(super) order: Arguments,
}

#[derive(Debug)]
pub(super) struct Fold {
    pub(super) range: Plan,
    pub(super) initial: Plan,
    pub(super) condition: Plan,
    pub(super) step: Plan,
    pub(super) result: Plan,
    /// The slots of the accumulator and of the variables.
    pub(super) accumulator: usize,
    pub(super) variable: usize,
    pub(super) second_variable: Option<usize>,
}

/// A plan and the number of slots for local variables.
pub(super) fn plan(checked: &Checked, env: &Env) -> Result<(Plan, usize), Error> {
    let mut planner = Planner { checked, env, scopes: Vec::new(), slots: 0, last_use: None };
    let plan = planner.plan(checked.ast.root)?;
    Ok((plan, planner.slots))
}

struct Planner<'c, 'e> {
    checked: &'c Checked,
    env: &'e Env,
    /// Names of local variables by slot.
    scopes: Vec<String>,
    slots: usize,
    /// The slot of the accumulator whose value the part at hand uses up.
    last_use: Option<usize>,
}

impl Planner<'_, '_> {
    fn plan(&mut self, id: ExprId) -> Result<Plan, Error> {
        let checked = self.checked;
        match checked.ast.get(id) {
            Expr::Literal(literal) => Ok(Plan::Constant(constant(literal))),
            Expr::Ident(_) => self.reference(id),
            Expr::Select { operand, field, presence } => {
                if checked.reference(id).is_some() {
                    return self.reference(id);
                }
                let key = Key::Constant(Value::text(field.as_str()));
                let qualifier = Qualifier { key, optionality: Optionality::Required, presence: *presence };
                let attribute = self.attribute(*operand)?.with(qualifier);
                Ok(match presence {
                    Presence::Read => Plan::of_attribute(attribute),
                    Presence::Test => Plan::Has(attribute),
                })
            }
            Expr::Call { function, target, arguments } => self.call(id, function, *target, arguments),
            Expr::List(elements) => {
                let mut planned = Vec::with_capacity(elements.len());
                for element in elements {
                    planned.push((self.plan(element.value)?, element.optionality));
                }
                Ok(fixed_list(planned))
            }
            Expr::Map(entries) => {
                let mut planned = Vec::with_capacity(entries.len());
                for entry in entries {
                    planned.push((self.plan(entry.key)?, self.plan(entry.value)?, entry.optionality));
                }
                fixed_map(planned)
            }
            Expr::Object { fields, .. } => {
                let Some(Reference::Object(name)) = checked.reference(id) else { return Err(broken()) };
                let mut planned = Vec::with_capacity(fields.len());
                for field in fields {
                    planned.push((field.name.as_str().into(), self.plan(field.value)?, field.optionality));
                }
                Ok(Plan::Object(name.as_str().into(), planned))
            }
            Expr::Comprehension(fold) => self.fold(fold),
            Expr::Broken => Err(broken()),
        }
    }

    /// A name: a type is a constant, a variable an attribute.
    fn reference(&mut self, id: ExprId) -> Result<Plan, Error> {
        let root = match self.checked.reference(id) {
            // The API server has no value for the type of a message.
            Some(Reference::Type(Type::Object(name))) => {
                return Err(Error::new(format!("reference to undefined type: {name}")));
            }
            Some(Reference::Type(of)) => return Ok(Plan::Constant(Value::Type(of.clone().into()))),
            Some(Reference::Global(name)) => Root::Global(name.as_str().into()),
            Some(Reference::Local(name)) => {
                let slot = self.scopes.iter().rposition(|known| known == name).ok_or_else(broken)?;
                if self.last_use == Some(slot) { Root::LastUse(slot) } else { Root::Local(slot) }
            }
            _ => return Err(broken()),
        };
        Ok(Plan::Attribute(Attribute { root, qualifiers: Vec::new() }))
    }

    /// A part from which something is picked.
    fn attribute(&mut self, id: ExprId) -> Result<Attribute, Error> {
        Ok(self.plan(id)?.into_attribute())
    }

    fn index(&mut self, operand: ExprId, index: ExprId, optionality: Optionality) -> Result<Plan, Error> {
        let attribute = self.attribute(operand)?;
        let key = match self.plan(index)? {
            Plan::Constant(value) if !value.is_key() => return Err(value.invalid_key()),
            Plan::Constant(value) => Key::Constant(value),
            Plan::Attribute(attribute) => Key::Attribute(attribute),
            other => Key::Plan(other),
        };
        let qualifier = Qualifier { key, optionality, presence: Presence::Read };
        Ok(Plan::of_attribute(attribute.with(qualifier)))
    }
}

impl Plan {
    fn of_attribute(attribute: Attribute) -> Self {
        match attribute {
            Attribute { root: Root::Either(conditional), qualifiers } if qualifiers.is_empty() => {
                Self::Conditional(conditional)
            }
            other => Self::Attribute(other),
        }
    }

    fn into_attribute(self) -> Attribute {
        let root = match self {
            Self::Attribute(attribute) => return attribute,
            Self::Conditional(conditional) => Root::Either(conditional),
            other => Root::Plan(Box::new(other)),
        };
        Attribute { root, qualifiers: Vec::new() }
    }
}

impl Attribute {
    /// The attribute with one more qualifier, which goes into both branches of a conditional.
    fn with(mut self, qualifier: Qualifier) -> Self {
        self.qualifiers.push(qualifier);
        self
    }
}

fn broken() -> Error {
    Error::new("expression was not checked")
}

pub(super) fn constant(literal: &Literal) -> Value<'static> {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::Int(*value),
        Literal::Uint(value) => Value::Uint(*value),
        Literal::Double(value) => Value::Double(*value),
        Literal::String(text) => Value::text(text.as_str()),
        Literal::Bytes(bytes) => Value::Bytes(bytes.as_slice().into()),
    }
}

/// A list of constants is a constant.
fn fixed_list(elements: Vec<(Plan, Optionality)>) -> Plan {
    let constant = |(plan, optionality): &(Plan, Optionality)| match plan {
        Plan::Constant(value) if *optionality == Optionality::Required => Some(value.clone()),
        _ => None,
    };
    match elements.iter().map(constant).collect() {
        Some(values) => Plan::Constant(Value::list(values)),
        None => Plan::List(elements),
    }
}

/// A map of constants is a constant.
fn fixed_map(entries: Vec<(Plan, Plan, Optionality)>) -> Result<Plan, Error> {
    let constant = |entry: &(Plan, Plan, Optionality)| match entry {
        (Plan::Constant(key), Plan::Constant(value), Optionality::Required) => {
            Some((key.clone(), value.clone()))
        }
        _ => None,
    };
    match entries.iter().map(constant).collect::<Option<Vec<_>>>() {
        Some(entries) => Ok(Plan::Constant(Value::Map(Map::from_entries(entries)?))),
        None => Ok(Plan::Map(entries)),
    }
}
