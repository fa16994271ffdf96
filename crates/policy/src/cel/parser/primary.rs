//! Names, calls, literals, lists, maps and messages.

use super::{After, ExprId, Parsed, Parser, Token, TokenKind};
use crate::cel::syntax::{Element, Entry, Expr, Field, Literal, Optionality};

const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "package",
    "namespace",
    "null",
    "return",
    "true",
    "var",
    "void",
    "while",
];

impl Token<'_> {
    pub(super) fn is_number(&self) -> bool {
        matches!(self.kind, TokenKind::Int | TokenKind::Float)
    }
}

impl Parser<'_, '_> {
    pub(super) fn primary(&mut self) -> Parsed {
        let token = *self.peek();
        match token.kind {
            TokenKind::Identifier => self.name(),
            TokenKind::Int | TokenKind::Uint | TokenKind::Float | TokenKind::Str | TokenKind::Bytes => {
                self.next += 1;
                Ok(self.literal(token.at, "", &token))
            }
            TokenKind::Symbol => self.symbol(&token),
            _ => self.unexpected(&After::Nothing),
        }
    }

    fn symbol(&mut self, token: &Token<'_>) -> Parsed {
        let literal = match token.text {
            "." => return self.name(),
            "(" => {
                self.next += 1;
                let inner = self.expr()?;
                self.expect(")")?;
                return Ok(inner);
            }
            "[" => return self.list(),
            "{" => return self.map(),
            "-" => {
                self.next += 1;
                let number = self.advance();
                return Ok(self.literal(token.at, "-", &number));
            }
            "true" => Literal::Bool(true),
            "false" => Literal::Bool(false),
            "null" => Literal::Null,
            _ => return self.unexpected(&After::Nothing),
        };
        self.next += 1;
        Ok(self.node(token.at, Expr::Literal(literal)))
    }

    /// An identifier, a call of a global function, or a message: `name`, `name(…)`, `a.b.Name{…}`.
    fn name(&mut self) -> Parsed {
        let start = self.peek().at;
        let dot = if self.accept(".").is_some() { "." } else { "" };
        if self.peek().kind != TokenKind::Identifier {
            return self.unexpected(&After::Symbol("IDENTIFIER"));
        }
        if let Some(length) = self.message_name() {
            return self.message(dot, length);
        }
        let token = self.advance();
        if RESERVED.contains(&token.text) {
            if self.accept("(").is_some() {
                self.arguments(")")?;
            }
            return Ok(self.broken(start, format!("reserved identifier: {}", token.text)));
        }
        let name = format!("{dot}{}", token.text);
        let Some(open) = self.accept("(") else { return Ok(self.node(token.at, Expr::Ident(name))) };
        let arguments = self.arguments(")")?;
        Ok(self.global_call(open, name, arguments))
    }

    /// How many words the name of a message is made of, when one begins here.
    fn message_name(&self) -> Option<usize> {
        let mut ahead = 1;
        while self.peek_at(ahead).is(".") && self.peek_at(ahead + 1).kind == TokenKind::Identifier {
            ahead += 2;
        }
        self.peek_at(ahead).is("{").then_some(ahead)
    }

    fn message(&mut self, dot: &str, length: usize) -> Parsed {
        let mut name = dot.to_owned();
        for _ in 0..length {
            name.push_str(self.advance().text);
        }
        let at = self.expect("{")?;
        let mut fields = Vec::new();
        while !self.peek().is("}") {
            if fields.is_empty() && self.accept(",").is_some() {
                break;
            }
            let optionality = self.optionality();
            let field = self.field_name()?;
            let colon = self.expect(":")?;
            let value = self.expr()?;
            fields.push(Field { at: colon, name: field, value, optionality });
            if self.accept(",").is_none() {
                break;
            }
        }
        self.expect("}")?;
        Ok(self.node(at, Expr::Object { name, fields }))
    }

    /// A field, which may stand in backticks.
    pub(super) fn field_name(&mut self) -> Parsed<String> {
        let token = *self.peek();
        match token.kind {
            TokenKind::Identifier => {
                self.next += 1;
                Ok(token.text.to_owned())
            }
            TokenKind::EscapedIdentifier => {
                self.next += 1;
                Ok(token.text.trim_matches('`').to_owned())
            }
            _ => self.unexpected(&After::Field),
        }
    }

    fn optionality(&mut self) -> Optionality {
        if self.accept("?").is_some() { Optionality::Optional } else { Optionality::Required }
    }

    fn list(&mut self) -> Parsed {
        let at = self.expect("[")?;
        let mut elements = Vec::new();
        while !self.peek().is("]") {
            if elements.is_empty() && self.accept(",").is_some() {
                break;
            }
            let optionality = self.optionality();
            elements.push(Element { value: self.expr()?, optionality });
            if self.accept(",").is_none() {
                break;
            }
        }
        self.expect("]")?;
        Ok(self.node(at, Expr::List(elements)))
    }

    fn map(&mut self) -> Parsed {
        let at = self.expect("{")?;
        let mut entries = Vec::new();
        while !self.peek().is("}") {
            if entries.is_empty() && self.accept(",").is_some() {
                break;
            }
            let optionality = self.optionality();
            let key = self.expr()?;
            self.expect(":")?;
            entries.push(Entry { key, value: self.expr()?, optionality });
            if self.accept(",").is_none() {
                break;
            }
        }
        self.expect("}")?;
        Ok(self.node(at, Expr::Map(entries)))
    }

    /// Expressions up to a closing bracket.
    pub(super) fn arguments(&mut self, close: &str) -> Parsed<Vec<ExprId>> {
        let mut found = Vec::new();
        if self.accept(close).is_some() {
            return Ok(found);
        }
        loop {
            found.push(self.expr()?);
            if self.accept(",").is_none() {
                break;
            }
        }
        self.expect(close)?;
        Ok(found)
    }
}
