//! Which names and values stand in the text of a configuration file?
//!
//! Read line by line, whatever the format: `name = value`, `name: value`, `export NAME=value`, and every
//! `"name": "value"` of JSON. Comments are skipped; what a program computes is no value.

use crate::credential::{Suspicion, suspect};

/// A credential found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found<'t> {
    /// The name it goes under.
    pub name: &'t str,
    /// The value, never to be shown.
    pub value: &'t str,
    /// What speaks for it.
    pub suspicion: Suspicion,
}

/// How the values of a text are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// A file of settings.
    Settings,
    /// A program: only what it writes in quotes is a value.
    Program,
}

impl Reading {
    /// Judged by the name of the file and its first line.
    pub(crate) fn of(name: &str, text: &str) -> Self {
        const PROGRAMS: [&str; 14] =
            ["sh", "bash", "py", "js", "ts", "lua", "go", "rb", "pl", "php", "tpl", "tmpl", "sql", "md"];
        let is_program = name.rsplit_once('.').is_some_and(|(_, end)| PROGRAMS.contains(&end));
        if is_program || text.starts_with("#!") { Self::Program } else { Self::Settings }
    }
}

/// Every credential of a text.
pub(crate) fn credentials(text: &str, reading: Reading) -> impl Iterator<Item = Found<'_>> {
    let lines = text.lines().map(str::trim).filter(|line| !is_comment(line));
    lines.flat_map(move |line| {
        let pairs = pairs(line);
        let own = if pairs.is_empty() { assignment(line, reading) } else { None };
        pairs.into_iter().chain(own).filter_map(|(name, value)| {
            // What a schema says of a field.
            let is_type = matches!(value, "string" | "object" | "boolean");
            let suspicion = suspect(name, value).filter(|_| !is_type)?;
            Some(Found { name, value, suspicion })
        })
    })
}

fn is_comment(line: &str) -> bool {
    ["#", ";", "//", "--", "!", "*"].iter().any(|mark| line.starts_with(mark))
}

/// Every `"name": "value"` of a line.
fn pairs(line: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    if !line.contains("\":") && !line.contains("\" :") {
        return found;
    }
    let (mut rest, mut name) = (line, None);
    while let Some((between, string, after)) = next_string(rest) {
        found.extend(name.filter(|_| between.trim() == ":").map(|name| (name, string)));
        name = Some(string);
        rest = after;
    }
    found
}

/// What stands before the next string in double quotes, the string, and what follows.
fn next_string(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('"')?;
    let mut escaped = false;
    let end = rest.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some((before, rest.get(..end)?, rest.get(end + 1..)?))
}

/// `name = value` and `name: value`.
fn assignment(line: &str, reading: Reading) -> Option<(&str, &str)> {
    let line = line.trim_start_matches("- ");
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = match line.split_once(['=', ':'])? {
        // `a::b`, `a==b`, `a := b` and `scheme://` assign nothing we could read.
        (_, rest) if rest.starts_with(['=', ':', '/']) => return None,
        parts => parts,
    };
    let name = unquoted(name.trim());
    let value = value.trim().trim_end_matches([',', ';']).trim_end();
    let is_quoted = value.len() > 1 && unquoted(value) != value;
    let is_computed = value.contains('(') || value.starts_with(['[', '{', '*', '&', '|', '>', '!']);
    let is_value = is_quoted || (reading == Reading::Settings && !is_computed);
    (is_value && is_name(name)).then(|| (name, unquoted(value)))
}

/// Whether a name is one that a message may show.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    plain && !name.is_empty() && name.len() <= 80
}

fn unquoted(text: &str) -> &str {
    let within = |quote| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    within('"').or_else(|| within('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, reading: Reading) -> Vec<&str> {
        credentials(text, reading).map(|found| found.name).collect()
    }

    #[test]
    fn settings_of_any_format_are_read() {
        for text in [
            "port=80\ndb.password=orchard-lantern\n",
            "[db]\npassword = orchard-lantern",
            "export DB_PASSWORD='orchard-lantern'",
            "db:\n  password: orchard-lantern",
            "- password: \"orchard-lantern\"",
            r#"{"db": {"user": "a", "password": "orchard-lantern"}}"#,
            r#"  "password" : "orchard-\"lantern","#,
            "dsn = postgres://app:orchard-lantern@db/app",
        ] {
            assert_eq!(names(text, Reading::Settings).len(), 1, "{text}");
        }
        assert_eq!(names("password = \"orchard-lantern\"", Reading::Program), ["password"]);
    }

    #[test]
    fn comments_references_and_computed_values_are_none() {
        for text in [
            "# password = orchard-lantern",
            "password = ${DB_PASSWORD}",
            "password: {{ .Values.password }}",
            "password_file = /run/secrets/db",
            "requirepass-file /run/secrets/redis",
            "set spring.datasource.password before use",
            "token = get_token()",
            "password: string",
            r#"{"type": "password", "label": "Password", "help": "orchard-lantern"}"#,
        ] {
            assert_eq!(names(text, Reading::Settings), [""; 0], "{text}");
        }
        assert_eq!(names("token = request.token", Reading::Program), [""; 0]);
    }
}
