//! How are the pieces of a rule spelt in CEL?

use std::fmt::Write as _;

use super::super::document::IdRange;

/// A string, in single quotes.
pub(super) fn text(value: &str) -> String {
    let mut out = String::from("'");
    for c in value.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Writing to a string cannot fail.
            c if c.is_control() => drop(write!(out, "\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// A list of strings.
pub(super) fn list<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    format!("[{}]", values.into_iter().map(text).collect::<Vec<_>>().join(", "))
}

/// One of the terms holds; nothing of nothing.
pub(super) fn any(terms: impl IntoIterator<Item = String>) -> String {
    let terms: Vec<String> = terms.into_iter().collect();
    match terms.as_slice() {
        [] => "false".to_owned(),
        [one] => one.clone(),
        many => format!("({})", many.join(" || ")),
    }
}

/// A number lies in one of the ranges.
pub(super) fn in_ranges(name: &str, ranges: &[IdRange]) -> String {
    any(ranges.iter().map(|range| {
        if range.min == range.max {
            format!("{name} == {}", range.min)
        } else {
            format!("({name} >= {} && {name} <= {})", range.min, range.max)
        }
    }))
}

/// A sysctl's name is listed, or begins as a pattern that ends in `*`.
pub(super) fn matches(name: &str, patterns: &[String]) -> String {
    any(patterns.iter().map(|pattern| match pattern.strip_suffix('*') {
        Some(prefix) => format!("{name}.startsWith({})", text(prefix)),
        None => format!("{name} == {}", text(pattern)),
    }))
}

/// Something holds of every container, called `c`.
pub(super) fn containers(condition: &str) -> String {
    format!("variables.containers.all(c, {condition})")
}

/// A field of a container's security context, else of the pod's: an optional.
pub(super) fn effective(field: &str) -> String {
    format!("c.?securityContext.?{field}.or(object.spec.?securityContext.?{field})")
}
