//! Comprehensions: as often as their range has elements.

use super::{Collection, Coster, Expr, ExprId, Literal, Local, Range, Type};
use crate::cel::syntax::Comprehension;

impl Coster<'_, '_> {
    pub(super) fn fold(&mut self, id: ExprId, fold: &Comprehension) -> Range {
        let sum = self.cost(fold.range).plus(self.cost(fold.initial));
        let accumulator = Local {
            name: fold.accumulator.clone(),
            path: self.path(fold.initial),
            size: self.size(fold.initial),
            entries: self.entries_of(fold.initial),
        };
        self.locals.push(accumulator);
        if self.is_bind(fold) {
            let sum = sum.plus(self.cost(fold.result));
            self.locals.pop();
            let (size, entries) = (self.size(fold.result), self.entries_of(fold.result));
            self.set_size(id, size);
            if let Some(entries) = entries {
                self.set_entries(id, entries);
            }
            return sum;
        }
        let variables = self.push_variables(fold);
        let step = self.cost(fold.condition).plus(self.cost(fold.step));
        self.locals.truncate(self.locals.len().saturating_sub(variables));
        let sum = sum.plus(self.cost(fold.result));
        self.locals.pop();
        let count = self.size_or_unknown(fold.range);
        match self.ast().get(fold.initial) {
            Expr::Literal(_) => {
                let size = self.size(fold.initial);
                self.set_size(id, size);
            }
            Expr::List(_) | Expr::Map(_) => {
                self.set_size(id, Some(count));
                if let Some(entries) = self.entries_of(fold.step) {
                    self.set_entries(id, entries);
                }
            }
            _ => {}
        }
        sum.plus(count.times(step))
    }

    /// Whether a comprehension only gives a value a name.
    fn is_bind(&self, fold: &Comprehension) -> bool {
        matches!(self.ast().get(fold.range), Expr::List(elements) if elements.is_empty())
            && matches!(self.ast().get(fold.condition), Expr::Literal(Literal::Bool(false)))
    }

    fn push_variables(&mut self, fold: &Comprehension) -> usize {
        let entries = self.entries_of(fold.range);
        let is_list = match entries {
            Some(entries) => entries.collection == Collection::List,
            None => matches!(self.checked.type_of(fold.range), Type::List(_)),
        };
        let mut push = |name: &str, part: &str, size: Option<Range>| {
            let path = self.path_below(fold.range, part);
            self.locals.push(Local { name: name.to_owned(), path, size, entries: None });
        };
        let (key, value) = (entries.map(|e| e.key), entries.map(|e| e.value));
        match &fold.second_variable {
            Some(second) => {
                push(&fold.variable, if is_list { "@indices" } else { "@keys" }, key);
                push(second, if is_list { "@items" } else { "@values" }, value);
                2
            }
            None if is_list => {
                push(&fold.variable, "@items", value);
                1
            }
            None => {
                push(&fold.variable, "@keys", key);
                1
            }
        }
    }
}
