//! What does the text say? The grammar of the language, with the limits that the API server sets.

mod literal;
mod macros;
mod operator;
mod primary;

use super::lexer::{self, Token, TokenKind};
use super::source::{Issue, NOWHERE, Source};
use super::syntax::{Ast, Expr, ExprId};

pub use macros::Extension;

/// Longest expression, in characters.
const LONGEST: usize = 100_000;
/// Deepest nesting of any one rule of the grammar.
const DEEPEST: u32 = 250;
/// Highest tree after macros are expanded, so that no walk over it outgrows a stack.
const HIGHEST: u32 = 1000;
/// Most problems that are reported at once.
const MOST_ISSUES: usize = 100;

/// Why parsing cannot go on; the problem is in the list already.
struct Stop;

type Parsed<T = ExprId> = Result<T, Stop>;

/// Reads an expression, or says what is wrong with it.
pub(super) fn parse(source: &Source<'_>, extensions: &[Extension]) -> Result<Ast, Vec<Issue>> {
    let size = source.chars.len();
    if size > LONGEST {
        let message = format!("expression code point size exceeds limit: size: {size}, limit {LONGEST}");
        return Err(vec![source.issue(NOWHERE, message)]);
    }
    let (tokens, lost) = lexer::tokens(source);
    let mut issues: Vec<Issue> = lost
        .iter()
        .take(MOST_ISSUES)
        .map(|piece| {
            source.issue(piece.at, format!("Syntax error: token recognition error at: '{}'", piece.text))
        })
        .collect();
    let mut parser = Parser {
        source,
        tokens,
        end: Token::end(size as u32),
        next: 0,
        ast: Ast::new(),
        issues: Vec::new(),
        depths: [0; RULES],
        extensions,
    };
    if let Ok(root) = parser.whole() {
        parser.ast.root = root;
        if parser.ast.height(root) > HIGHEST {
            parser.report(NOWHERE, "max recursion depth exceeded");
        }
    }
    issues.append(&mut parser.issues);
    issues.sort_by_key(|issue| (issue.line, issue.column));
    if issues.is_empty() { Ok(parser.ast) } else { Err(issues) }
}

/// The rules whose nesting is limited.
#[derive(Clone, Copy)]
enum Rule {
    Expr,
    Relation,
    Calc,
    Member,
}

const RULES: usize = 4;

struct Parser<'s, 't> {
    source: &'s Source<'t>,
    tokens: Vec<Token<'t>>,
    end: Token<'t>,
    next: usize,
    ast: Ast,
    issues: Vec<Issue>,
    depths: [u32; RULES],
    extensions: &'s [Extension],
}

impl<'t> Parser<'_, 't> {
    fn whole(&mut self) -> Parsed {
        let root = self.expr()?;
        if self.peek().kind == TokenKind::End { Ok(root) } else { self.unexpected(&After::Operand) }
    }

    fn peek(&self) -> &Token<'t> {
        self.tokens.get(self.next).unwrap_or(&self.end)
    }

    fn peek_at(&self, ahead: usize) -> &Token<'t> {
        self.tokens.get(self.next + ahead).unwrap_or(&self.end)
    }

    fn advance(&mut self) -> Token<'t> {
        let token = *self.peek();
        self.next += 1;
        token
    }

    /// Passes a symbol if it is the next word; its place.
    fn accept(&mut self, symbol: &str) -> Option<u32> {
        let token = self.peek();
        let at = token.is(symbol).then_some(token.at)?;
        self.next += 1;
        Some(at)
    }

    fn expect(&mut self, symbol: &str) -> Parsed<u32> {
        match self.accept(symbol) {
            Some(at) => Ok(at),
            None => self.unexpected(&After::Symbol(symbol)),
        }
    }

    fn node(&mut self, at: u32, kind: Expr) -> ExprId {
        self.ast.add(at, kind)
    }

    fn call(&mut self, at: u32, function: &str, arguments: Vec<ExprId>) -> ExprId {
        self.node(at, Expr::Call { function: function.to_owned(), target: None, arguments })
    }

    fn report(&mut self, at: u32, message: impl Into<String>) {
        if self.issues.len() < MOST_ISSUES {
            self.issues.push(self.source.issue(at, message));
        }
    }

    /// Reports a problem after which parsing goes on.
    fn broken(&mut self, at: u32, message: impl Into<String>) -> ExprId {
        self.report(at, message);
        self.node(at, Expr::Broken)
    }

    /// Enters a rule; every entry is undone by [`Parser::leave`].
    fn enter(&mut self, rule: Rule) -> Parsed<()> {
        if let Some(depth) = self.depths.get_mut(rule as usize) {
            *depth += 1;
            if *depth > DEEPEST {
                self.report(NOWHERE, format!("expression recursion limit exceeded: {DEEPEST}"));
                return Err(Stop);
            }
        }
        Ok(())
    }

    fn leave(&mut self, rule: Rule, times: u32) {
        if let Some(depth) = self.depths.get_mut(rule as usize) {
            *depth = depth.saturating_sub(times);
        }
    }

    fn unexpected<T>(&mut self, after: &After<'_>) -> Parsed<T> {
        let token = *self.peek();
        let expecting = match after {
            After::Operand => AFTER_OPERAND.to_owned(),
            After::Nothing => OPERAND.to_owned(),
            After::Symbol(symbol) => format!("'{symbol}'"),
            After::Field => "{IDENTIFIER, ESC_IDENTIFIER}".to_owned(),
        };
        let text = token.text.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
        self.report(token.at, format!("Syntax error: mismatched input '{text}' expecting {expecting}"));
        Err(Stop)
    }
}

/// What had been read when an unexpected word came.
enum After<'a> {
    Nothing,
    Operand,
    Field,
    Symbol(&'a str),
}

const OPERAND: &str = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
const AFTER_OPERAND: &str =
    "{<EOF>, '==', '!=', 'in', '<', '<=', '>=', '>', '&&', '||', '[', '.', '-', '?', '+', '*', '/', '%'}";
