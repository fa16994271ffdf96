//! Which overloads of a function do the arguments fit?

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Checker, Expr, ExprId, Free, Literal, Presence, Reference, Type};
use crate::cel::function::{Overload, Style};

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        id: ExprId,
        function: &str,
        target: Option<ExprId>,
        arguments: &[ExprId],
    ) -> Type {
        if let ("_?._", [operand, name]) = (function, arguments) {
            return self.optional_select(id, *operand, *name);
        }
        let types: Vec<Type> = arguments.iter().map(|argument| self.check(*argument)).collect();
        let Some(target) = target else {
            let name = function.strip_prefix('.').unwrap_or(function);
            let overloads = self.env.function(name);
            if overloads.is_empty() {
                return self.undeclared(id, function);
            }
            return self.resolve_overload(id, name, overloads, &types, Style::Global, arguments);
        };
        if let Some(prefix) = self.qualified(target) {
            let name = format!("{}.{function}", prefix.strip_prefix('.').unwrap_or(&prefix));
            let overloads = self.env.function(&name);
            if !overloads.is_empty() {
                let call = Expr::Call { function: name.clone(), target: None, arguments: arguments.to_vec() };
                self.renamed.push((id, call));
                return self.resolve_overload(id, &name, overloads, &types, Style::Global, arguments);
            }
        }
        let target_type = self.check(target);
        let overloads = self.env.function(function);
        if overloads.is_empty() {
            return self.undeclared(id, function);
        }
        let types: Vec<Type> = std::iter::once(target_type).chain(types).collect();
        self.resolve_overload(id, function, overloads, &types, Style::Member, arguments)
    }

    fn optional_select(&mut self, id: ExprId, operand: ExprId, name: ExprId) -> Type {
        let Expr::Literal(Literal::String(field)) = self.ast.get(name) else {
            self.report(name, "unsupported optional field selection");
            return Type::Error;
        };
        let operand_type = self.check(operand);
        let found = self.field(id, &operand_type, field, Presence::Read);
        let found = match found.unwrap_optional() {
            Some(_) if self.is_optional(&operand_type) => found,
            _ => Type::optional(found),
        };
        self.mapping.substitute(&found, Free::Kept)
    }

    fn is_optional(&self, of: &Type) -> bool {
        self.mapping.substitute(of, Free::Kept).unwrap_optional().is_some()
    }

    fn resolve_overload(
        &mut self,
        id: ExprId,
        name: &str,
        overloads: &[Arc<Overload>],
        types: &[Type],
        style: Style,
        arguments: &[ExprId],
    ) -> Type {
        if matches!(name, "_&&_" | "_||_") {
            return self.logical(id, overloads, types, arguments);
        }
        let mut found: Option<Type> = None;
        let mut fitting = Vec::new();
        for overload in overloads.iter().filter(|overload| overload.style == style) {
            let (wanted, result) = self.instantiate(overload);
            if !self.mapping.assignable_all(types, &wanted) {
                continue;
            }
            fitting.push(overload.clone());
            let result = self.mapping.substitute(&result, Free::Kept);
            found = Some(match found {
                None => result,
                Some(before) if before.is_dyn() || before == result => before,
                Some(_) => Type::Dyn,
            });
        }
        let Some(found) = found else {
            self.no_overload(id, name, types, style);
            return Type::Error;
        };
        self.refer(id, Reference::Function(fitting));
        found
    }

    fn logical(
        &mut self,
        id: ExprId,
        overloads: &[Arc<Overload>],
        types: &[Type],
        arguments: &[ExprId],
    ) -> Type {
        let mut fits = true;
        for (argument, of) in arguments.iter().zip(types) {
            if !self.mapping.assignable(of, &Type::Bool) {
                self.mismatch(*argument, &Type::Bool, of);
                fits = false;
            }
        }
        self.refer(id, Reference::Function(overloads.to_vec()));
        if fits { Type::Bool } else { Type::Error }
    }

    /// The types of an overload with fresh parameters.
    fn instantiate(&mut self, overload: &Overload) -> (Vec<Type>, Type) {
        if !overload.is_generic {
            return (overload.arguments.clone(), overload.result.clone());
        }
        let mut fresh = BTreeMap::new();
        let arguments = overload.arguments.iter().map(|of| self.freshen(of, &mut fresh)).collect();
        (arguments, self.freshen(&overload.result, &mut fresh))
    }

    fn freshen(&mut self, of: &Type, fresh: &mut BTreeMap<Arc<str>, Type>) -> Type {
        match of {
            Type::Parameter(name) => fresh.entry(name.clone()).or_insert_with(|| self.new_variable()).clone(),
            Type::List(element) => Type::list(self.freshen(element, fresh)),
            Type::Map(key, value) => Type::map(self.freshen(key, fresh), self.freshen(value, fresh)),
            Type::Type(Some(inner)) => Type::Type(Some(self.freshen(inner, fresh).into())),
            Type::Opaque(name, parameters) => {
                let parameters = parameters.iter().map(|part| self.freshen(part, fresh)).collect();
                Type::Opaque(name.clone(), parameters)
            }
            other => other.clone(),
        }
    }

    fn no_overload(&mut self, id: ExprId, name: &str, types: &[Type], style: Style) {
        let shown: Vec<String> =
            types.iter().map(|of| self.mapping.substitute(of, Free::Dyn).to_string()).collect();
        let signature = match (style, shown.as_slice()) {
            (Style::Member, [target, rest @ ..]) => format!("{target}.({})", rest.join(", ")),
            (_, all) => format!("({})", all.join(", ")),
        };
        self.report(id, format!("found no matching overload for '{name}' applied to '{signature}'"));
    }
}
