//! Comprehensions: where do their variables live?

use super::{Error, Fold, Plan, Planner};
use crate::cel::syntax::{ACCUMULATOR, Comprehension};

impl Planner<'_, '_> {
    pub(super) fn fold(&mut self, fold: &Comprehension) -> Result<Plan, Error> {
        let outer = self.last_use.take();
        let range = self.plan(fold.range)?;
        let initial = self.plan(fold.initial)?;
        let accumulator = self.push(&fold.accumulator);
        let variable = self.push(&fold.variable);
        let second_variable = fold.second_variable.as_ref().map(|name| self.push(name));
        let condition = self.plan(fold.condition)?;
        // Macros read their accumulator once a step, so that it can grow in place.
        let own = (fold.accumulator == ACCUMULATOR).then_some(accumulator);
        self.last_use = own;
        let step = self.plan(fold.step)?;
        if second_variable.is_some() {
            self.scopes.pop();
        }
        self.scopes.pop();
        self.last_use = own;
        let result = self.plan(fold.result)?;
        self.scopes.pop();
        self.last_use = outer;
        let parts = Fold { range, initial, condition, step, result, accumulator, variable, second_variable };
        Ok(Plan::Fold(Box::new(parts)))
    }

    fn push(&mut self, name: &str) -> usize {
        self.scopes.push(name.to_owned());
        self.slots = self.slots.max(self.scopes.len());
        self.scopes.len() - 1
    }
}
