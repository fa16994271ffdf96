//! How is a value spelled in YAML and in JSON?

use finding::Value;

use crate::Scalar;

/// On one line: `{a: true, b: [x]}`, or with quotes in JSON.
pub(super) fn inline(value: &Value, json: bool) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Str(text) => string(text, json),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| inline(item, json)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", string(key, json), inline(value, json)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// `key: value` in block style, further lines indented by `indent` and more.
pub(super) fn block(key: &str, value: &Value, indent: usize, newline: &str) -> String {
    let key = string(key, false);
    match value {
        Value::Map(entries) if !entries.is_empty() => {
            let below = " ".repeat(indent + 2);
            let lines: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{newline}{below}{}", block(key, value, indent + 2, newline)))
                .collect();
            format!("{key}:{}", lines.concat())
        }
        _ => format!("{key}: {}", inline(value, false)),
    }
}

/// Bare where a YAML reader takes it for this very string, otherwise in double quotes.
pub(super) fn string(text: &str, json: bool) -> String {
    let mut bytes = text.bytes();
    let first = bytes.next().is_some_and(|b| b.is_ascii_alphabetic());
    let rest = bytes.all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b));
    let bare = first && rest && matches!(Scalar::of_plain(text), Scalar::Str(_));
    if bare && !json { text.to_owned() } else { quoted(text) }
}

/// Valid in JSON and in YAML.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                // Writing to a string cannot fail.
                let _ = std::fmt::Write::write_fmt(&mut out, format_args!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
