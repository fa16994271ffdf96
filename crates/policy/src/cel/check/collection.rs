//! What are lists, maps and messages made of?

use super::assign::most_general;
use super::{Checker, ExprId, Reference, Type};
use crate::cel::syntax::{Element, Entry, Field, Optionality};

impl Checker<'_> {
    pub(super) fn list(&mut self, elements: &[Element]) -> Type {
        let mut of = None;
        for element in elements {
            let found = self.check(element.value);
            let found = self.unwrapped(element.value, found, element.optionality);
            of = Some(self.join(of, found));
        }
        Type::list(of.unwrap_or_else(|| self.new_variable()))
    }

    pub(super) fn map(&mut self, entries: &[Entry]) -> Type {
        let (mut key_type, mut value_type) = (None, None);
        for entry in entries {
            let key = self.check(entry.key);
            key_type = Some(self.join(key_type, key));
            let value = self.check(entry.value);
            let value = self.unwrapped(entry.value, value, entry.optionality);
            value_type = Some(self.join(value_type, value));
        }
        let key = key_type.unwrap_or_else(|| self.new_variable());
        let value = value_type.unwrap_or_else(|| self.new_variable());
        Type::map(key, value)
    }

    pub(super) fn object(&mut self, id: ExprId, name: &str, fields: &[Field]) -> Type {
        let name = name.strip_prefix('.').unwrap_or(name);
        let Some(of) = self.env.type_named(name) else { return self.undeclared(id, name) };
        let Type::Object(full) = &of else {
            self.report(id, format!("'{}' is not a message type", of.name()));
            return Type::Error;
        };
        self.refer(id, Reference::Object(full.to_string()));
        for field in fields {
            let found = self.check(field.value);
            let Some(wanted) = self.env.field(full, &field.name) else {
                self.report_at(field.at, format!("undefined field '{}'", field.name));
                continue;
            };
            let found = self.unwrapped(field.value, found, field.optionality);
            if !self.mapping.assignable(&wanted, &found) {
                let message = format!(
                    "expected type of field '{}' is '{wanted}' but provided type is '{found}'",
                    field.name
                );
                self.report_at(field.at, message);
            }
        }
        of
    }

    /// What an optional element adds, or the type itself for any other.
    fn unwrapped(&mut self, id: ExprId, found: Type, optionality: Optionality) -> Type {
        if optionality == Optionality::Required {
            return found;
        }
        if let Some(inner) = found.unwrap_optional() {
            return inner.clone();
        }
        if !found.is_dyn() {
            self.mismatch(id, &Type::optional(found.clone()), &found);
        }
        found
    }

    /// The type of a collection after one more element; validation refuses what is mixed without being told so.
    fn join(&mut self, before: Option<Type>, found: Type) -> Type {
        let Some(before) = before else { return found };
        if self.mapping.assignable(&before, &found) {
            return most_general(&before, &found).clone();
        }
        Type::Dyn
    }
}
