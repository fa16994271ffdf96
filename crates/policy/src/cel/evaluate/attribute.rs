//! Fields and elements, picked one after the other.

use super::{Error, Evaluated, Evaluation, Local, Optionality, Value, cost};
use crate::cel::kubernetes;
use crate::cel::plan::{Attribute, Conditional, Key, Qualifier, Root};
use crate::cel::syntax::Presence;

impl<'a, 'e> Evaluation<'a, 'e> {
    /// The value of an attribute, the cost of its qualifiers counted but not its own.
    pub(super) fn resolve(&mut self, attribute: &'e Attribute) -> Evaluated<'a> {
        self.resolve_with(attribute, &[])
    }

    fn resolve_with(&mut self, attribute: &'e Attribute, more: &[&'e Qualifier]) -> Evaluated<'a> {
        let root = match &attribute.root {
            Root::Global(name) => self
                .bindings
                .get(name)
                .ok_or_else(|| Error::new(format!("no such attribute(s): {name}")))??,
            Root::Local(slot) => self.local(*slot)?,
            Root::LastUse(slot) => self.take_local(*slot)?,
            Root::Plan(plan) => self.value(plan)?,
            Root::Either(conditional) => {
                let all: Vec<&Qualifier> = attribute.qualifiers.iter().chain(more.iter().copied()).collect();
                return self.conditional(conditional, &all);
            }
        };
        if attribute.qualifiers.is_empty() && more.is_empty() {
            return Ok(root);
        }
        self.qualify(root, attribute.qualifiers.iter().chain(more.iter().copied()))
    }

    /// The branch that a condition picks, with qualifiers.
    pub(super) fn conditional(
        &mut self,
        conditional: &'e Conditional,
        qualifiers: &[&'e Qualifier],
    ) -> Evaluated<'a> {
        match self.value(&conditional.condition)? {
            Value::Bool(true) => self.resolve_with(&conditional.yes, qualifiers),
            Value::Bool(false) => self.resolve_with(&conditional.no, qualifiers),
            _ => Err(Error::no_such_overload()),
        }
    }

    fn local(&mut self, slot: usize) -> Evaluated<'a> {
        if let Some(Local::Initial(plan)) = self.locals.get(slot) {
            let value = self.value(plan);
            self.set_local(slot, Local::Set(value));
        }
        match self.locals.get(slot) {
            Some(Local::Set(value)) => value.clone(),
            _ => Err(Error::new("variable has no value")),
        }
    }

    /// The value of a variable that is not read again before it is set.
    fn take_local(&mut self, slot: usize) -> Evaluated<'a> {
        match self.locals.get_mut(slot).map(|local| std::mem::replace(local, Local::Unset)) {
            Some(Local::Set(value)) => value,
            Some(Local::Initial(plan)) => self.value(plan),
            _ => Err(Error::new("variable has no value")),
        }
    }

    pub(super) fn set_local(&mut self, slot: usize, local: Local<'a, 'e>) {
        if let Some(place) = self.locals.get_mut(slot) {
            *place = local;
        }
    }

    fn qualify(&mut self, root: Value<'a>, qualifiers: impl Iterator<Item = &'e Qualifier>) -> Evaluated<'a> {
        let mut optional = false;
        let mut object = match root {
            Value::Optional(None) => return Ok(Value::Optional(None)),
            Value::Optional(Some(value)) => {
                optional = true;
                (*value).clone()
            }
            other => other,
        };
        for qualifier in qualifiers {
            optional |= qualifier.optionality == Optionality::Optional;
            let key = match &qualifier.key {
                Key::Constant(value) => Ok(value.clone()),
                Key::Attribute(attribute) => self.resolve(attribute),
                Key::Plan(plan) => self.value(plan),
            };
            if let Err(error) = &key
                && error.is_final()
            {
                return key;
            }
            let found = key.and_then(|key| pick(&object, &key, qualifier.presence, optional));
            if !optional || matches!(found, Ok(Some(_))) {
                self.charge(cost::ATTRIBUTE)?;
            }
            match found? {
                Some(value) => object = value,
                None => return Ok(Value::Optional(None)),
            }
        }
        Ok(if optional { Value::some(object) } else { object })
    }
}

/// One field or element; `None` for one that is not there, where that is no error.
fn pick<'a>(
    object: &Value<'a>,
    key: &Value<'a>,
    presence: Presence,
    optional: bool,
) -> Result<Option<Value<'a>>, Error> {
    if !key.is_key() {
        return Err(key.invalid_key());
    }
    let found = object.index(key)?;
    match (found, presence) {
        (found, Presence::Test) if !optional => Ok(Some(Value::Bool(found.is_some()))),
        (None, _) if optional => Ok(None),
        (None, _) => Err(Error::new(match object {
            Value::Object(message) => return Ok(Some(kubernetes::unset(message, key))),
            Value::List(_) => format!("index out of bounds: {}", key.as_go()),
            _ => format!("no such key: {}", key.as_go()),
        })),
        (found, _) => Ok(found),
    }
}
