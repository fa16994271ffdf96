//! Operators, from the ternary down to the ones that bind tightest.

use super::{ExprId, Parsed, Parser, Rule};
use crate::cel::syntax::{Expr, Literal, Optionality, Presence};

impl Parser<'_, '_> {
    pub(super) fn expr(&mut self) -> Parsed {
        self.enter(Rule::Expr)?;
        let condition = self.logical("||", "_||_")?;
        let found = match self.accept("?") {
            Some(at) => {
                let yes = self.logical("||", "_||_")?;
                self.expect(":")?;
                let no = self.expr()?;
                self.call(at, "_?_:_", vec![condition, yes, no])
            }
            None => condition,
        };
        self.leave(Rule::Expr, 1);
        Ok(found)
    }

    /// A chain of `||` over chains of `&&`, made a balanced tree so that a long one stays shallow.
    fn logical(&mut self, symbol: &str, function: &str) -> Parsed {
        let operand = |parser: &mut Self| match symbol {
            "||" => parser.logical("&&", "_&&_"),
            _ => parser.relation(),
        };
        let mut terms = vec![operand(self)?];
        let mut places = Vec::new();
        while let Some(at) = self.accept(symbol) {
            terms.push(operand(self)?);
            places.push(at);
        }
        Ok(self.balance(function, &terms, &places))
    }

    fn balance(&mut self, function: &str, terms: &[ExprId], places: &[u32]) -> ExprId {
        let middle = places.len() / 2;
        let (Some(at), Some(left), Some(right)) =
            (places.get(middle), terms.get(..=middle), terms.get(middle + 1..))
        else {
            return terms.first().copied().unwrap_or(ExprId(0));
        };
        let left = self.balance(function, left, places.get(..middle).unwrap_or_default());
        let right = self.balance(function, right, places.get(middle + 1..).unwrap_or_default());
        self.call(*at, function, vec![left, right])
    }

    fn relation(&mut self) -> Parsed {
        self.enter(Rule::Relation)?;
        let mut left = self.sum()?;
        let mut entered = 1;
        while let Some((at, function)) = self.accept_any(&RELATIONS) {
            self.enter(Rule::Relation)?;
            entered += 1;
            let right = self.sum()?;
            left = self.call(at, function, vec![left, right]);
        }
        self.leave(Rule::Relation, entered);
        Ok(left)
    }

    fn sum(&mut self) -> Parsed {
        self.enter(Rule::Calc)?;
        let mut left = self.product()?;
        let mut entered = 1;
        while let Some((at, function)) = self.accept_any(&SUMS) {
            self.enter(Rule::Calc)?;
            entered += 1;
            let right = self.product()?;
            left = self.call(at, function, vec![left, right]);
        }
        self.leave(Rule::Calc, entered);
        Ok(left)
    }

    fn product(&mut self) -> Parsed {
        let mut left = self.unary()?;
        let mut entered = 0;
        while let Some((at, function)) = self.accept_any(&PRODUCTS) {
            self.enter(Rule::Calc)?;
            entered += 1;
            let right = self.unary()?;
            left = self.call(at, function, vec![left, right]);
        }
        self.leave(Rule::Calc, entered);
        Ok(left)
    }

    fn accept_any<'f>(&mut self, operators: &[(&str, &'f str)]) -> Option<(u32, &'f str)> {
        operators.iter().find_map(|(symbol, function)| self.accept(symbol).map(|at| (at, *function)))
    }

    /// `!` and `-` in any number: two of them cancel out.
    fn unary(&mut self) -> Parsed {
        for (symbol, function) in [("!", "!_"), ("-", "-_")] {
            let Some(at) = self.accept_sign(symbol) else { continue };
            let mut count = 1;
            while self.accept(symbol).is_some() {
                count += 1;
            }
            let operand = self.member()?;
            return Ok(if count % 2 == 0 { operand } else { self.call(at, function, vec![operand]) });
        }
        self.member()
    }

    /// A sign that is not part of the number that follows.
    fn accept_sign(&mut self, symbol: &str) -> Option<u32> {
        let of_number = symbol == "-" && self.peek().is("-") && self.peek_at(1).is_number();
        if of_number { None } else { self.accept(symbol) }
    }

    fn member(&mut self) -> Parsed {
        self.enter(Rule::Member)?;
        let mut operand = self.primary()?;
        let mut entered = 1;
        loop {
            let next = match self.peek().text {
                "." if self.peek().is(".") => self.selection(operand)?,
                "[" if self.peek().is("[") => self.index(operand)?,
                _ => break,
            };
            operand = next;
            self.enter(Rule::Member)?;
            entered += 1;
        }
        self.leave(Rule::Member, entered);
        Ok(operand)
    }

    fn index(&mut self, operand: ExprId) -> Parsed {
        let at = self.expect("[")?;
        let function = if self.accept("?").is_some() { "_[?_]" } else { "_[_]" };
        let index = self.expr()?;
        self.expect("]")?;
        Ok(self.call(at, function, vec![operand, index]))
    }

    fn selection(&mut self, operand: ExprId) -> Parsed {
        let at = self.expect(".")?;
        let optionality =
            if self.accept("?").is_some() { Optionality::Optional } else { Optionality::Required };
        let name_at = self.peek().at;
        let plain = self.peek().kind == super::TokenKind::Identifier;
        let field = self.field_name()?;
        if optionality == Optionality::Optional {
            let name = self.node(name_at, Expr::Literal(Literal::String(field)));
            return Ok(self.call(at, "_?._", vec![operand, name]));
        }
        if plain && self.peek().is("(") {
            let open = self.expect("(")?;
            let arguments = self.arguments(")")?;
            return Ok(self.member_call(open, operand, field, arguments));
        }
        Ok(self.node(at, Expr::Select { operand, field, presence: Presence::Read }))
    }
}

const RELATIONS: [(&str, &str); 7] = [
    ("<", "_<_"),
    ("<=", "_<=_"),
    (">=", "_>=_"),
    (">", "_>_"),
    ("==", "_==_"),
    ("!=", "_!=_"),
    ("in", "@in"),
];
const SUMS: [(&str, &str); 2] = [("+", "_+_"), ("-", "_-_")];
const PRODUCTS: [(&str, &str); 3] = [("*", "_*_"), ("/", "_/_"), ("%", "_%_")];
