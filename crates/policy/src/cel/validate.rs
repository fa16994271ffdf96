//! Which literals could never be right? What the API server looks at after types, since 1.29.

use super::check::{Checked, Reference};
use super::env::Env;
use super::extensions::{Segment, segments};
use super::plan::constant;
use super::regex;
use super::source::{Issue, Source};
use super::syntax::{Element, Entry, Expr, ExprId, Literal, Optionality};
use super::types::Type;

/// Looks at the literals given to functions that fail on all but some, and at lists and maps of mixed types.
pub(super) fn validate(checked: &Checked, env: &Env, source: &Source<'_>) -> Vec<Issue> {
    let literals = object::v(1, 29) <= env.version();
    let mut validator = Validator { checked, source, issues: Vec::new() };
    // Elements of a format's arguments may differ in type.
    let mut pending = vec![(checked.ast.root, Mixture::Refused)];
    while let Some((id, mixture)) = pending.pop() {
        let expr = checked.ast.get(id);
        let below = match expr {
            Expr::Call { function, target, arguments } => {
                if literals {
                    validator.call(id, function, *target, arguments);
                }
                if function == "format" { Mixture::Allowed } else { mixture }
            }
            Expr::List(elements) if mixture == Mixture::Refused => {
                validator.list(elements);
                mixture
            }
            Expr::Map(entries) if mixture == Mixture::Refused => {
                validator.map(entries);
                mixture
            }
            _ => mixture,
        };
        expr.each_child(|child| pending.push((child, below)));
    }
    validator.issues.sort_by_key(|issue| (issue.line, issue.column));
    validator.issues
}

#[derive(Clone, Copy, PartialEq)]
enum Mixture {
    Refused,
    Allowed,
}

struct Validator<'c, 's, 't> {
    checked: &'c Checked,
    source: &'s Source<'t>,
    issues: Vec<Issue>,
}

impl Validator<'_, '_, '_> {
    fn report(&mut self, id: ExprId, message: impl Into<String>) {
        self.issues.push(self.source.issue(self.checked.ast.at(id), message));
    }

    fn literal(&self, id: ExprId) -> Option<&Literal> {
        match self.checked.ast.get(id) {
            Expr::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    fn call(&mut self, id: ExprId, function: &str, target: Option<ExprId>, arguments: &[ExprId]) {
        let Some(Reference::Function(_)) = self.checked.reference(id) else { return };
        let Some(first) = arguments.first().copied() else { return };
        match function {
            "format" => return self.format(id, target, first),
            "duration" | "timestamp" | "matches" => {}
            _ => return,
        }
        let Some(literal) = self.literal(first) else { return };
        let to = if function == "duration" { Type::Duration } else { Type::Timestamp };
        let bad = match (function, literal) {
            ("matches", Literal::String(pattern)) => regex::compile(pattern).is_err(),
            ("matches", _) => false,
            (_, literal) => constant(literal).convert(&to).is_err(),
        };
        if bad {
            self.report(first, format!("invalid {function} argument"));
        }
    }

    /// A format string that is written out is held against the types of its arguments.
    fn format(&mut self, id: ExprId, target: Option<ExprId>, arguments: ExprId) {
        let Some(Literal::String(text)) = target.and_then(|target| self.literal(target)).cloned() else {
            return;
        };
        let Expr::List(elements) = self.checked.ast.get(arguments) else { return };
        let mut wanted = 0;
        for segment in segments(&text) {
            let element = elements.get(wanted);
            match (segment, element) {
                (Ok(Segment::Text(_)), _) => {}
                (Ok(Segment::Clause(_)) | Err(_), None) => {
                    // Upstream reads beyond the end of its list here and fails as a whole.
                    return self.report(id, format!("index {wanted} out of range"));
                }
                (Ok(Segment::Clause(clause)), Some(element)) => {
                    let of = self.checked.type_of(element.value);
                    if !clause.takes(of) {
                        let message = format!("error during formatting: {}", clause.complaint(of.name()));
                        return self.report(element.value, message);
                    }
                    wanted += 1;
                }
                (Err(message), Some(_)) => return self.report(id, message),
            }
        }
        if elements.len() > wanted {
            let given = elements.len();
            let message =
                format!("too many arguments supplied to string.format (expected {wanted}, got {given})");
            self.report(id, message);
        }
    }

    fn type_of(&self, id: ExprId, optionality: Optionality) -> Type {
        let of = self.checked.type_of(id);
        match (optionality, of.unwrap_optional()) {
            (Optionality::Optional, Some(inner)) => inner.clone(),
            _ => of.clone(),
        }
    }

    fn list(&mut self, elements: &[Element]) {
        let types: Vec<(ExprId, Type)> =
            elements.iter().map(|e| (e.value, self.type_of(e.value, e.optionality))).collect();
        let odd = odd_ones(&types).into_iter().take(1).collect();
        self.report_odd(&types, odd);
    }

    fn map(&mut self, entries: &[Entry]) {
        let keys: Vec<_> =
            entries.iter().map(|e| (e.key, self.type_of(e.key, Optionality::Required))).collect();
        let values: Vec<_> =
            entries.iter().map(|e| (e.value, self.type_of(e.value, e.optionality))).collect();
        for types in [keys, values] {
            let odd = odd_ones(&types);
            self.report_odd(&types, odd);
        }
    }

    fn report_odd(&mut self, types: &[(ExprId, Type)], odd: Vec<(ExprId, String)>) {
        let Some((_, expected)) = types.first() else { return };
        for (id, found) in odd {
            self.report(id, format!("expected type '{expected}' but found '{found}'"));
        }
    }
}

/// Those of some types that are not as the first.
fn odd_ones(types: &[(ExprId, Type)]) -> Vec<(ExprId, String)> {
    let Some(((_, expected), rest)) = types.split_first() else { return Vec::new() };
    rest.iter().filter(|(_, found)| found != expected).map(|(id, found)| (*id, found.to_string())).collect()
}
