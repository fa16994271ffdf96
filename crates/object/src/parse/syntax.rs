//! What do we say when YAML does not parse?

use std::ops::Range;

use granit_parser::{ErrorKind, ScanError};

use super::errors;
use super::place::Place;

/// Where the trouble is, and one sentence that names it and, where the text gives it away, the way out.
pub(super) fn describe(
    error: &ScanError,
    place: Place<'_>,
    depth: usize,
    bracket_line: Option<u32>,
) -> (Range<usize>, String) {
    use ErrorKind as E;
    let what = match error.kind() {
        E::RecursionLimitExceeded => return (place.character(), errors::too_deep(depth)),
        E::TabInBlockIndentation
        | E::TabInPlainScalar
        | E::TabInIndentation
        | E::TabAtBlockScalarStart
        | E::TabNotAllowed => return (place.tab(), errors::TAB.to_owned()),
        E::MappingValueNotAllowed | E::InvalidColonPlacement => colon(place, bracket_line),
        E::SimpleKeyExpected | E::InvalidSimpleKey => no_key(place),
        E::ExpectedBlockMappingKey | E::ExpectedBlockSequenceEntry => indentation(place),
        E::ExpectedFlowMappingSeparator
        | E::ExpectedFlowSequenceSeparator
        | E::UnexpectedEofImplicitFlowMapping => in_brackets(place, bracket_line),
        kind => fixed(kind, place).unwrap_or_else(|| error.info().clone()),
    };
    let message = if place.is_template() {
        format!("not valid YAML: {}", errors::TEMPLATE)
    } else if place.is_conflict() {
        format!("not valid YAML: {what}; the text holds the markers of a merge conflict, resolve it first")
    } else {
        format!("not valid YAML: {what}")
    };
    (place.character(), message)
}

/// Troubles that look the same wherever they stand.
fn fixed(kind: &ErrorKind, place: Place<'_>) -> Option<String> {
    use ErrorKind as E;
    let text = match kind {
        E::UnexpectedCharacter { character } => {
            return Some(format!("no text starts with '{character}'; put it in quotes"));
        }
        E::UnexpectedEofBlockMapping | E::UnexpectedEofBlockSequence
            if place.after_start().starts_with(',') =>
        {
            "no text starts with ','; put it in quotes"
        }
        // Neither this message nor any other repeats the text: it may be a credential.
        E::UnknownAnchor => {
            "no anchor of this name stands before the alias; if it is no alias, put the text in quotes"
        }
        E::MismatchedFlowCollectionEnd { open, close } => {
            return Some(format!("the bracket `{open}` is closed by `{close}`"));
        }
        E::MisplacedFlowCollectionEnd => {
            "this bracket closes none; if it is text, put the whole text in quotes"
        }
        E::MissingAnchorOrAliasName => {
            "`*` starts an alias and `&` an anchor, and this one has no name; if it is text, put it in quotes"
        }
        E::InvalidTrailingSingleQuotedScalar => {
            "text behind the closing quote; inside single quotes a quote is written `''`"
        }
        E::InvalidTrailingDoubleQuotedScalar => {
            "text behind the closing quote; inside double quotes a quote is written `\\\"`"
        }
        E::UnknownQuotedScalarEscape | E::InvalidQuotedScalarHexEscape | E::InvalidUnicodeEscape => {
            "an escape that YAML does not know; write `\\\\` for a backslash, or use single quotes"
        }
        E::MissingLowSurrogate | E::UnpairedLowSurrogate | E::InvalidLowSurrogate => {
            "an escape that is half a character; write the character itself"
        }
        E::BlockSequenceEntryNotAllowed => "a list item behind its key; put it on a line of its own",
        E::BlockEntryInFlowCollection => "`-` starts no item inside brackets; separate items with `,`",
        E::PlainScalarStartsWithDashFlowIndicator => "a lone `-` inside brackets; put it in quotes",
        E::CommentInterceptedScalar => {
            "a comment ends the text here and the next line goes on with it; move the comment"
        }
        E::ExpectedDocumentStart => {
            "the document has ended above this text; put a `---` line between documents"
        }
        E::CommentNotSeparated => "a comment needs a blank before its `#`",
        E::InvalidBlockScalarHeader => {
            "`|` and `>` take only `+`, `-` and a digit on their line; the text starts on the next line"
        }
        E::ZeroBlockScalarIndent => "the indentation of block text is 1 to 9",
        E::DirectiveDisallowed => "kubectl refuses directives such as `%YAML`; remove the line",
        E::UndeclaredTagHandle | E::InvalidTagTerminator | E::MissingTagUri | E::UnclosedVerbatimTag => {
            "`!` starts a tag, and this is none; if it is text, put it in quotes"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// A colon where no key can end.
fn colon(place: Place<'_>, bracket_line: Option<u32>) -> String {
    if let Some(line) = bracket_line {
        return format!(
            "a key inside the bracket that opens on line {line}; is its closing bracket missing?"
        );
    }
    if place.before().contains(": ") {
        return "a second colon on the line; if it belongs to the value, put that in quotes".to_owned();
    }
    let above = place.line_above();
    if above.contains(": ") {
        "a key below a value that has ended; align it with the keys above".to_owned()
    } else if above.contains(':') && !above.trim_end().ends_with(':') {
        "the line above has no blank behind its colon".to_owned()
    } else {
        "a key must stand on one line; the line above belongs to it".to_owned()
    }
}

/// Text where a key is expected.
fn no_key(place: Place<'_>) -> String {
    let line = place.after_start();
    match line.split_once(':') {
        Some((_, value)) if !value.is_empty() && !value.starts_with([' ', '\t', '/']) => {
            "a colon without a blank behind it; write `key: value`".to_owned()
        }
        _ => "a key is expected here, with a colon and a blank behind it".to_owned(),
    }
}

/// A line that fits no collection above it.
fn indentation(place: Place<'_>) -> String {
    if place.before().trim() == "-" || place.after_start().starts_with("- ") {
        return "a list item where a key is expected; align it with the items of its list".to_owned();
    }
    if place.before().trim().is_empty() {
        return "the line is indented like none of those above that it could belong to; align it".to_owned();
    }
    "a key is expected here".to_owned()
}

fn in_brackets(place: Place<'_>, bracket_line: Option<u32>) -> String {
    let opened =
        bracket_line.map(|line| format!(" in the bracket that opens on line {line}")).unwrap_or_default();
    if place.after_start().starts_with(',') {
        return format!("a comma with nothing before it{opened}");
    }
    format!("a comma or the closing bracket is missing{opened}")
}
