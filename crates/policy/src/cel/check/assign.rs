//! May a value of one type stand where another is asked for?

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cel::types::Type;

/// What type parameters stand for so far, with a trail to take steps back.
#[derive(Default)]
pub(super) struct Mapping {
    bound: BTreeMap<Arc<str>, Type>,
    trail: Vec<(Arc<str>, Option<Type>)>,
}

impl Mapping {
    /// Whether all of some types may stand for others; what was learned is kept only when they may.
    pub(super) fn assignable_all(&mut self, from: &[Type], to: &[Type]) -> bool {
        let mark = self.trail.len();
        let fits = from.len() == to.len() && from.iter().zip(to).all(|(a, b)| self.step(a, b));
        if !fits {
            for (name, before) in self.trail.drain(mark..).rev() {
                match before {
                    Some(before) => self.bound.insert(name, before),
                    None => self.bound.remove(&name),
                };
            }
        }
        if mark == 0 {
            self.trail.clear();
        }
        fits
    }

    pub(super) fn assignable(&mut self, from: &Type, to: &Type) -> bool {
        self.assignable_all(std::slice::from_ref(from), std::slice::from_ref(to))
    }

    fn bind(&mut self, name: &Arc<str>, to: Type) {
        let before = self.bound.insert(name.clone(), to);
        self.trail.push((name.clone(), before));
    }

    fn find(&self, of: &Type) -> Option<&Type> {
        match of {
            Type::Parameter(name) => self.bound.get(name),
            _ => None,
        }
    }

    fn step(&mut self, from: &Type, to: &Type) -> bool {
        if let Type::Parameter(name) = to {
            match self.substitutable(from, to, name) {
                Fit::Yes => return true,
                Fit::Bound => return false,
                Fit::Circular => {}
            }
        }
        if let Type::Parameter(name) = from {
            return matches!(self.substitutable(to, from, name), Fit::Yes);
        }
        if from.is_dyn_or_error() || to.is_dyn_or_error() {
            return true;
        }
        match (from, to) {
            (Type::Null, other) | (other, Type::Null) => nullable(other),
            (Type::Type(_), Type::Type(_)) => true,
            (Type::List(a), Type::List(b)) => self.step(a, b),
            (Type::Map(ak, av), Type::Map(bk, bv)) => self.step(ak, bk) && self.step(av, bv),
            (Type::Opaque(a, of_a), Type::Opaque(b, of_b)) => {
                a == b
                    && of_a.len() == of_b.len()
                    && of_a.iter().zip(of_b.iter()).all(|(a, b)| self.step(a, b))
            }
            _ => from == to,
        }
    }

    /// Whether a parameter may stand for a type; binds it if it is free.
    fn substitutable(&mut self, other: &Type, parameter: &Type, name: &Arc<str>) -> Fit {
        if other == parameter {
            return Fit::Yes;
        }
        if let Some(bound) = self.bound.get(name).cloned() {
            if *other == bound {
                return Fit::Yes;
            }
            if !self.step(other, &bound) {
                return Fit::Bound;
            }
            let general = most_general(other, &bound).clone();
            if self.not_within(parameter, &general) {
                self.bind(name, general);
            }
            return Fit::Yes;
        }
        if self.not_within(parameter, other) {
            self.bind(name, other.clone());
            return Fit::Yes;
        }
        Fit::Circular
    }

    fn not_within(&self, parameter: &Type, within: &Type) -> bool {
        if parameter == within {
            return false;
        }
        match within {
            Type::Parameter(_) => self.find(within).is_none_or(|bound| self.not_within(parameter, bound)),
            _ => within.parameters().all(|part| self.not_within(parameter, part)),
        }
    }

    /// The type with everything that is known filled in.
    pub(super) fn substitute(&self, of: &Type, free: Free) -> Type {
        if let Some(bound) = self.find(of) {
            return self.substitute(bound, free);
        }
        match of {
            Type::Parameter(_) if free == Free::Dyn => Type::Dyn,
            Type::List(element) => Type::list(self.substitute(element, free)),
            Type::Map(key, value) => Type::map(self.substitute(key, free), self.substitute(value, free)),
            Type::Type(Some(of)) => Type::Type(Some(self.substitute(of, free).into())),
            Type::Opaque(name, parameters) if !parameters.is_empty() => {
                let parameters = parameters.iter().map(|part| self.substitute(part, free)).collect();
                Type::Opaque(name.clone(), parameters)
            }
            other => other.clone(),
        }
    }
}

/// What becomes of parameters that stand for nothing yet.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Free {
    Kept,
    Dyn,
}

enum Fit {
    Yes,
    /// The parameter stands for something else.
    Bound,
    /// The parameter is part of the type.
    Circular,
}

fn nullable(of: &Type) -> bool {
    matches!(of, Type::Null | Type::Opaque(..) | Type::Object(_) | Type::Duration | Type::Timestamp)
}

/// The one of two types that admits more.
pub(super) fn most_general<'t>(a: &'t Type, b: &'t Type) -> &'t Type {
    if equal_or_less_specific(a, b) { a } else { b }
}

fn equal_or_less_specific(a: &Type, b: &Type) -> bool {
    let open = |of: &Type| matches!(of, Type::Dyn | Type::Parameter(_));
    if open(a) || open(b) {
        return open(a);
    }
    match (a, b) {
        (Type::List(a), Type::List(b)) => equal_or_less_specific(a, b),
        (Type::Map(ak, av), Type::Map(bk, bv)) => {
            equal_or_less_specific(ak, bk) && equal_or_less_specific(av, bv)
        }
        (Type::Type(_), Type::Type(_)) => true,
        (Type::Opaque(a, of_a), Type::Opaque(b, of_b)) => {
            a == b
                && of_a.len() == of_b.len()
                && of_a.iter().zip(of_b.iter()).all(|(a, b)| equal_or_less_specific(a, b))
        }
        _ => a == b,
    }
}
