//! Which literals could never be right?

use super::check::{Checked, Reference};
use super::env::Env;
use super::regex;
use super::source::{Issue, Source};
use super::syntax::{Expr, ExprId, Literal};
use super::value::{parse_duration, parse_timestamp};

/// Looks at the literals given to functions that fail on all but some.
pub(super) fn validate(checked: &Checked, env: &Env, source: &Source<'_>) -> Vec<Issue> {
    if env.version() < object::v(1, 29) {
        return Vec::new();
    }
    let mut issues = Vec::new();
    let mut pending = vec![checked.ast.root];
    while let Some(id) = pending.pop() {
        let expr = checked.ast.get(id);
        pending.extend(expr.children());
        let Expr::Call { function, target, arguments } = expr else { continue };
        if !matches!(checked.reference(id), Some(Reference::Function(_))) {
            continue;
        }
        let all: Vec<ExprId> = target.iter().chain(arguments).copied().collect();
        if let Some((at, message)) = complaint(checked, function, &all) {
            issues.push(source.issue(checked.ast.at(at), message));
        }
    }
    issues
}

fn complaint(checked: &Checked, function: &str, arguments: &[ExprId]) -> Option<(ExprId, String)> {
    let text = |id: &ExprId| match checked.ast.get(*id) {
        Expr::Literal(Literal::String(text)) => Some(text.clone()),
        _ => None,
    };
    match (function, arguments) {
        ("duration", [id]) => {
            let bad = parse_duration(&text(id)?).is_none();
            bad.then(|| (*id, "invalid duration argument".to_owned()))
        }
        ("timestamp", [id]) => {
            let bad = parse_timestamp(&text(id)?).is_none_or(|found| found.is_err());
            bad.then(|| (*id, "invalid timestamp argument".to_owned()))
        }
        ("matches", [_, id]) => {
            regex::compile(&text(id)?).is_err().then(|| (*id, "invalid matches argument".to_owned()))
        }
        _ => None,
    }
}
