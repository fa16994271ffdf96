//! Which words is an expression made of?

use super::source::Source;

/// One word and the character it begins at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind,
    pub(super) at: u32,
    pub(super) text: &'t str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Identifier,
    EscapedIdentifier,
    Int,
    Uint,
    Float,
    Str,
    Bytes,
    /// An operator, a bracket or one of `in`, `true`, `false`, `null`.
    Symbol,
    End,
}

impl Token<'_> {
    /// What follows the last word, at this character.
    pub(super) fn end(at: u32) -> Self {
        Self { kind: TokenKind::End, at, text: "<EOF>" }
    }

    pub(super) fn is(&self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }
}

/// A piece of text that begins no word.
pub(super) struct Unrecognized<'t> {
    pub(super) at: u32,
    pub(super) text: &'t str,
}

/// Every word, and every piece that is none.
pub(super) fn tokens<'t>(source: &Source<'t>) -> (Vec<Token<'t>>, Vec<Unrecognized<'t>>) {
    let mut lexer = Lexer { source, chars: &source.chars, at: 0 };
    let (mut found, mut lost) = (Vec::new(), Vec::new());
    while lexer.skip_blank() {
        let start = lexer.at;
        match lexer.next_kind() {
            Ok(kind) => {
                found.push(Token { kind, at: start as u32, text: source.slice(start, lexer.at) });
            }
            Err(length) => {
                lexer.at = start + length.max(1);
                lost.push(Unrecognized { at: start as u32, text: source.slice(start, lexer.at) });
            }
        }
    }
    found.push(Token::end(source.chars.len() as u32));
    (found, lost)
}

struct Lexer<'s, 't> {
    source: &'s Source<'t>,
    chars: &'s [char],
    at: usize,
}

const TWO: [&str; 6] = ["==", "!=", "<=", ">=", "&&", "||"];

impl Lexer<'_, '_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    /// Passes blanks and comments; whether something follows.
    fn skip_blank(&mut self) -> bool {
        loop {
            match self.peek(0) {
                Some('\t' | ' ' | '\r' | '\n' | '\u{c}') => self.at += 1,
                Some('/') if self.peek(1) == Some('/') => {
                    while self.peek(0).is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                next => return next.is_some(),
            }
        }
    }

    /// The sort of the word at hand, passed over; or how many characters begin none.
    fn next_kind(&mut self) -> Result<TokenKind, usize> {
        let Some(first) = self.peek(0) else { return Err(0) };
        if let Some(kind) = self.quoted(first) {
            return kind;
        }
        match first {
            'a'..='z' | 'A'..='Z' | '_' => Ok(self.word()),
            '0'..='9' => Ok(self.number()),
            '.' if self.peek(1).is_some_and(|c| c.is_ascii_digit()) => {
                self.at += 1;
                self.digits();
                self.exponent();
                Ok(TokenKind::Float)
            }
            '`' => self.escaped(),
            _ => self.symbol(),
        }
    }

    fn word(&mut self) -> TokenKind {
        let start = self.at;
        while self.peek(0).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
            self.at += 1;
        }
        match self.source.slice(start, self.at) {
            "in" | "true" | "false" | "null" => TokenKind::Symbol,
            _ => TokenKind::Identifier,
        }
    }

    fn symbol(&mut self) -> Result<TokenKind, usize> {
        let pair = self.source.slice(self.at, self.at + 2);
        if TWO.contains(&pair) {
            self.at += 2;
            return Ok(TokenKind::Symbol);
        }
        if self.peek(0).is_some_and(|c| "<>[]{}().,-!?:+*/%".contains(c)) {
            self.at += 1;
            return Ok(TokenKind::Symbol);
        }
        Err(1)
    }

    fn escaped(&mut self) -> Result<TokenKind, usize> {
        let length = self
            .chars
            .iter()
            .skip(self.at + 1)
            .take_while(|c| c.is_ascii_alphanumeric() || "_.-/ ".contains(**c))
            .count();
        if length == 0 || self.peek(length + 1) != Some('`') {
            return Err(length + 1);
        }
        self.at += length + 2;
        Ok(TokenKind::EscapedIdentifier)
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek(0).is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    /// Passes `e10`, `E-3`; whether there is one.
    fn exponent(&mut self) -> bool {
        let start = self.at;
        if matches!(self.peek(0), Some('e' | 'E')) {
            self.at += 1;
            if matches!(self.peek(0), Some('+' | '-')) {
                self.at += 1;
            }
            if self.digits() > 0 {
                return true;
            }
        }
        self.at = start;
        false
    }

    fn number(&mut self) -> TokenKind {
        if self.peek(0) == Some('0')
            && self.peek(1) == Some('x')
            && self.peek(2).is_some_and(|c| c.is_ascii_hexdigit())
        {
            self.at += 2;
            while self.peek(0).is_some_and(|c| c.is_ascii_hexdigit()) {
                self.at += 1;
            }
            return self.whole();
        }
        self.digits();
        let fraction = self.peek(0) == Some('.') && self.peek(1).is_some_and(|c| c.is_ascii_digit());
        if fraction {
            self.at += 1;
            self.digits();
        }
        if self.exponent() || fraction { TokenKind::Float } else { self.whole() }
    }

    fn whole(&mut self) -> TokenKind {
        if matches!(self.peek(0), Some('u' | 'U')) {
            self.at += 1;
            return TokenKind::Uint;
        }
        TokenKind::Int
    }

    /// A string or bytes with any prefix, when one begins here.
    fn quoted(&mut self, first: char) -> Option<Result<TokenKind, usize>> {
        let mut ahead = 0;
        let bytes = matches!(first, 'b' | 'B');
        ahead += usize::from(bytes);
        let raw = matches!(self.peek(ahead), Some('r' | 'R'));
        ahead += usize::from(raw);
        let quote = self.peek(ahead).filter(|c| matches!(c, '"' | '\''))?;
        let kind = if bytes { TokenKind::Bytes } else { TokenKind::Str };
        let start = self.at;
        let triple = self.peek(ahead + 1) == Some(quote) && self.peek(ahead + 2) == Some(quote);
        if triple {
            self.at = start + ahead + 3;
            if self.close(quote, 3, raw) {
                return Some(Ok(kind));
            }
        }
        self.at = start + ahead + 1;
        if self.close(quote, 1, raw) {
            return Some(Ok(kind));
        }
        let length = self.at - start;
        self.at = start;
        // A prefix letter without its string is an identifier.
        (ahead == 0).then_some(Err(length))
    }

    /// Passes the closing quotes; whether they were found.
    fn close(&mut self, quote: char, count: usize, raw: bool) -> bool {
        loop {
            let Some(c) = self.peek(0) else { return false };
            if c == quote && (1..count).all(|ahead| self.peek(ahead) == Some(quote)) {
                self.at += count;
                return true;
            }
            if count == 1 && matches!(c, '\n' | '\r') {
                return false;
            }
            if c == '\\' && !raw {
                let Some(length) = self.escape() else { return false };
                self.at += length;
            } else {
                self.at += 1;
            }
        }
    }

    /// How long the escape sequence at hand is; `None` for one that does not exist.
    fn escape(&self) -> Option<usize> {
        let hex = |count: usize| {
            (0..count).all(|i| self.peek(2 + i).is_some_and(|c| c.is_ascii_hexdigit())).then_some(2 + count)
        };
        match self.peek(1)? {
            'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '"' | '\'' | '\\' | '?' | '`' => Some(2),
            'x' | 'X' => hex(2),
            'u' => hex(4),
            'U' => hex(8),
            '0'..='3' => (2..4).all(|i| self.peek(i).is_some_and(|c| ('0'..='7').contains(&c))).then_some(4),
            _ => None,
        }
    }
}
