//! `map`, `filter`, `transformList`, `transformMap`, `optMap`, `sortBy`: one collection made from another.

use super::{Expanded, NOT_IDENTIFIER, Names, Parts, Refusal};
use crate::cel::parser::{ExprId, Parser};
use crate::cel::syntax::{Element, Expr, Literal, Optionality};

/// Most nodes of a tree: a chain of `optMap` doubles it at every link.
const LARGEST: usize = 400_000;
/// The name under which `sortBy` keeps its list: no name that a user can write.
const SORT_INPUT: &str = "@__sortBy_input__";

impl Parser<'_, '_> {
    /// The list of a value for each element that passes a test.
    pub(super) fn list_of(
        &mut self,
        at: u32,
        range: ExprId,
        names: Result<Names, Refusal>,
        test: Option<ExprId>,
        value: ExprId,
    ) -> Expanded {
        let names = names?;
        let initial = self.node(at, Expr::List(Vec::new()));
        let so_far = self.accumulator(at);
        let element = Element { value, optionality: Optionality::Required };
        let one = self.node(at, Expr::List(vec![element]));
        let longer = self.call(at, "_+_", vec![so_far, one]);
        Ok(self.collect(at, range, names, test, initial, longer))
    }

    /// The map of each key that passes a test to a value.
    pub(super) fn map_of(
        &mut self,
        at: u32,
        range: ExprId,
        names: Result<Names, Refusal>,
        test: Option<ExprId>,
        value: ExprId,
    ) -> Expanded {
        let names = names?;
        let initial = self.node(at, Expr::Map(Vec::new()));
        let so_far = self.accumulator(at);
        let key = self.node(at, Expr::Ident(names.0.clone()));
        let larger = self.call(at, "cel.@mapInsert", vec![so_far, key, value]);
        Ok(self.collect(at, range, names, test, initial, larger))
    }

    /// The union of the maps that an expression yields.
    pub(super) fn map_of_entries(
        &mut self,
        at: u32,
        range: ExprId,
        names: Result<Names, Refusal>,
        test: Option<ExprId>,
        entries: ExprId,
    ) -> Expanded {
        let names = names?;
        let initial = self.node(at, Expr::Map(Vec::new()));
        let so_far = self.accumulator(at);
        let larger = self.call(at, "cel.@mapInsert", vec![so_far, entries]);
        Ok(self.collect(at, range, names, test, initial, larger))
    }

    fn collect(
        &mut self,
        at: u32,
        range: ExprId,
        names: Names,
        test: Option<ExprId>,
        initial: ExprId,
        grown: ExprId,
    ) -> ExprId {
        let condition = self.literal_at(at, Literal::Bool(true));
        let step = match test {
            Some(test) => {
                let same = self.accumulator(at);
                self.call(at, "_?_:_", vec![test, grown, same])
            }
            None => grown,
        };
        let result = self.accumulator(at);
        self.fold(at, range, names, Parts { initial, condition, step, result })
    }

    pub(super) fn opt_map(&mut self, at: u32, target: ExprId, variable: ExprId, value: ExprId) -> Expanded {
        let Expr::Ident(name) = self.ast.get(variable).clone() else {
            return Err((variable, "optMap() variable name must be a simple identifier".into()));
        };
        let bound = self.bind_value(at, target, name, value);
        let some = self.call(at, "optional.of", vec![bound]);
        Ok(self.if_present(at, target, some))
    }

    pub(super) fn opt_flat_map(
        &mut self,
        at: u32,
        target: ExprId,
        variable: ExprId,
        value: ExprId,
    ) -> Expanded {
        let Expr::Ident(name) = self.ast.get(variable).clone() else {
            return Err((variable, "optFlatMap() variable name must be a simple identifier".into()));
        };
        let bound = self.bind_value(at, target, name, value);
        Ok(self.if_present(at, target, bound))
    }

    fn bind_value(&mut self, at: u32, target: ExprId, name: String, value: ExprId) -> ExprId {
        if self.ast.len() + self.ast.size(target, LARGEST) > LARGEST {
            return self.broken(
                at,
                format!("expression has more than {LARGEST} parts after its macros are expanded"),
            );
        }
        let target = self.ast.copy(target);
        let held = self.method(at, "value", target, Vec::new());
        self.bind(at, name, held, value)
    }

    fn if_present(&mut self, at: u32, target: ExprId, present: ExprId) -> ExprId {
        let test = self.method(at, "hasValue", target, Vec::new());
        let none = self.call(at, "optional.none", Vec::new());
        self.call(at, "_?_:_", vec![test, present, none])
    }

    fn method(&mut self, at: u32, function: &str, target: ExprId, arguments: Vec<ExprId>) -> ExprId {
        self.node(at, Expr::Call { function: function.to_owned(), target: Some(target), arguments })
    }

    pub(super) fn sort_by(&mut self, at: u32, target: ExprId, variable: ExprId, key: ExprId) -> Expanded {
        if matches!(self.ast.get(target), Expr::Literal(_) | Expr::Map(_) | Expr::Object { .. }) {
            const COMPLAINT: &str =
                "sortBy can only be applied to a list, identifier, comprehension, call or select expression";
            return Err((target, COMPLAINT.into()));
        }
        let input = self.node(at, Expr::Ident(SORT_INPUT.to_owned()));
        let keys = self.list_of(at, input, self.one(variable, NOT_IDENTIFIER), None, key)?;
        let input = self.node(at, Expr::Ident(SORT_INPUT.to_owned()));
        let sorted = self.method(at, "@sortByAssociatedKeys", input, vec![keys]);
        Ok(self.bind(at, SORT_INPUT.to_owned(), target, sorted))
    }
}
