//! Where in the file does a character of an expression stand?
//!
//! The text of a YAML scalar differs from its bytes: block scalars are indented, folded ones joined,
//! quoted ones escaped. Both are walked side by side; where they part the start of the scalar must do.

use finding::Span;

use super::model::Expression;

/// The bytes at `line` and `column` (both from 1, in characters) of an expression's text.
pub(super) fn span_at(expression: &Expression, line: usize, column: usize) -> Span {
    let whole = expression.place.span;
    let raw = expression.place.source.slice(whole);
    let found = offset_of(&expression.text, line, column)
        .and_then(|wanted| aligned(raw, &expression.text, wanted))
        .and_then(|at| u32::try_from(at).ok());
    match found {
        Some(at) => Span::new(whole.start + at, whole.start + at + 1),
        None => whole,
    }
}

/// The byte offset of a line and column within a text.
fn offset_of(text: &str, line: usize, column: usize) -> Option<usize> {
    let mut start = 0;
    for _ in 1..line.max(1) {
        start += text.get(start..)?.find('\n')? + 1;
    }
    let rest = text.get(start..)?;
    Some(start + rest.char_indices().nth(column.max(1) - 1).map_or(rest.len(), |(at, _)| at))
}

/// The offset in `raw` of what stands at `wanted` in `text`.
fn aligned(raw: &str, text: &str, wanted: usize) -> Option<usize> {
    let header = if raw.starts_with(['|', '>']) { raw.find('\n')? + 1 } else { 0 };
    let mut raws = raw.char_indices().filter(|(at, _)| *at >= header).peekable();
    for (at, wanted_char) in text.char_indices() {
        loop {
            let (place, c) = *raws.peek()?;
            let fits = c == wanted_char || (wanted_char == ' ' && c == '\n');
            if fits && at == wanted {
                return Some(place);
            }
            if !fits && !c.is_whitespace() && !matches!(c, '\\' | '"' | '\'') {
                return None;
            }
            raws.next();
            if fits {
                break;
            }
        }
    }
    // The end of the text: the last place there is.
    (wanted >= text.len()).then_some(raws.peek().map_or(raw.len().saturating_sub(1), |(place, _)| *place))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object::{Limits, read};

    use super::super::model::{Expression, Place};
    use super::span_at;

    /// Line and column in the file of a line and column in the scalar under `x`.
    fn place(text: &str, line: usize, column: usize) -> (u32, u32) {
        let yaml = format!("apiVersion: v1\nkind: T\nspec:\n  x: {text}\n");
        let source = Arc::new(finding::Source::file("t", yaml));
        let read = read(&source, Limits::default());
        let node = read.objects[0].at("spec.x").unwrap();
        let place = Place { source: source.clone(), span: node.span(), field: String::new() };
        let expression = Expression { text: node.str().unwrap().to_owned(), place };
        let found = source.place(span_at(&expression, line, column).start).1;
        (found.line, found.column)
    }

    #[test]
    fn every_style_of_scalar_leads_back_to_the_file() {
        assert_eq!(place("object.a == 1", 1, 10), (4, 15));
        assert_eq!(place("\"object.a == 'x'\"", 1, 10), (4, 16));
        assert_eq!(place("'object.a == ''x'''", 1, 13), (4, 19));
        assert_eq!(place("|\n    object.a\n    == 1", 2, 4), (6, 8));
        assert_eq!(place(">-\n    object.a\n    == 1", 1, 10), (6, 5));
        assert_eq!(place("|\n    object.a\n      == 1", 2, 3), (6, 7));
    }
}
