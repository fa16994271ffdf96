//! `all`, `exists`, `exists_one`: how many elements pass a test?

use super::{Expanded, Names, Parts, Refusal};
use crate::cel::parser::{ExprId, Parser};
use crate::cel::syntax::Literal;

impl Parser<'_, '_> {
    pub(super) fn all(
        &mut self,
        at: u32,
        range: ExprId,
        names: Result<Names, Refusal>,
        test: ExprId,
    ) -> Expanded {
        let names = names?;
        let initial = self.literal_at(at, Literal::Bool(true));
        let so_far = self.accumulator(at);
        let condition = self.call(at, "@not_strictly_false", vec![so_far]);
        let so_far = self.accumulator(at);
        let step = self.call(at, "_&&_", vec![so_far, test]);
        let result = self.accumulator(at);
        Ok(self.fold(at, range, names, Parts { initial, condition, step, result }))
    }

    pub(super) fn exists(
        &mut self,
        at: u32,
        range: ExprId,
        names: Result<Names, Refusal>,
        test: ExprId,
    ) -> Expanded {
        let names = names?;
        let initial = self.literal_at(at, Literal::Bool(false));
        let so_far = self.accumulator(at);
        let not = self.call(at, "!_", vec![so_far]);
        let condition = self.call(at, "@not_strictly_false", vec![not]);
        let so_far = self.accumulator(at);
        let step = self.call(at, "_||_", vec![so_far, test]);
        let result = self.accumulator(at);
        Ok(self.fold(at, range, names, Parts { initial, condition, step, result }))
    }

    pub(super) fn exists_one(
        &mut self,
        at: u32,
        range: ExprId,
        names: Result<Names, Refusal>,
        test: ExprId,
    ) -> Expanded {
        let names = names?;
        let initial = self.literal_at(at, Literal::Int(0));
        let condition = self.literal_at(at, Literal::Bool(true));
        let (so_far, one) = (self.accumulator(at), self.literal_at(at, Literal::Int(1)));
        let more = self.call(at, "_+_", vec![so_far, one]);
        let so_far = self.accumulator(at);
        let step = self.call(at, "_?_:_", vec![test, more, so_far]);
        let (so_far, one) = (self.accumulator(at), self.literal_at(at, Literal::Int(1)));
        let result = self.call(at, "_==_", vec![so_far, one]);
        Ok(self.fold(at, range, names, Parts { initial, condition, step, result }))
    }
}
