//! Is this a name that Kubernetes takes?
//!
//! The rules are those of `k8s.io/apimachinery/pkg/util/validation`; each answer says what is allowed.

type Verdict = Result<(), String>;

/// A DNS subdomain (RFC 1123): what most objects are called.
pub(crate) fn subdomain(name: &str) -> Verdict {
    let ok = name.len() <= 253 && name.split('.').all(is_label);
    verdict(ok, || {
        format!(
            "`{name}` is no DNS name: use lower case letters, digits, `-` and `.`, at most 253, each part starting and ending with a letter or digit"
        )
    })
}

/// A DNS label that starts with a letter (RFC 1035): API versions and kinds in lower case.
pub(crate) fn label_1035(name: &str) -> Verdict {
    let ok = name.len() <= 63 && is_label(name) && name.starts_with(|c: char| c.is_ascii_lowercase());
    verdict(ok, || {
        format!("`{name}` must be lower case letters, digits and `-`, at most 63, starting with a letter")
    })
}

/// A name with an optional DNS prefix: label keys, match conditions, audit annotations.
pub(crate) fn qualified(name: &str) -> Verdict {
    let (prefix, part) = match name.split_once('/') {
        Some((prefix, part)) => (Some(prefix), part),
        None => (None, name),
    };
    if let Some(prefix) = prefix {
        subdomain(prefix)?;
    }
    let ok = is_word(part, 63) && !part.is_empty();
    verdict(ok, || {
        format!(
            "`{name}` is no qualified name: use at most 63 letters, digits, `-`, `_` and `.`, starting and ending with a letter or digit, after an optional DNS prefix and `/`"
        )
    })
}

/// The value of a label; may be empty.
pub(crate) fn label_value(value: &str) -> Verdict {
    verdict(is_word(value, 63), || {
        format!(
            "`{value}` is no label value: use at most 63 letters, digits, `-`, `_` and `.`, starting and ending with a letter or digit"
        )
    })
}

/// A name that can stand in a path.
pub(crate) fn path_segment(name: &str) -> Verdict {
    verdict(!matches!(name, "." | "..") && !name.contains(['/', '%']), || {
        format!("`{name}` cannot be a name: it must not be `.` or `..` nor contain `/` or `%`")
    })
}

/// An identifier that CEL can read.
pub(crate) fn cel_identifier(name: &str) -> Verdict {
    const RESERVED: &[&str] = &[
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ];
    let letters = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    verdict(letters && starts && !RESERVED.contains(&name), || {
        format!(
            "`{name}` is no CEL identifier: use letters, digits and `_`, not starting with a digit, and none of CEL's reserved words"
        )
    })
}

fn verdict(ok: bool, message: impl FnOnce() -> String) -> Verdict {
    if ok { Ok(()) } else { Err(message()) }
}

fn is_label(part: &str) -> bool {
    let inner = part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    inner && !part.is_empty() && !part.starts_with('-') && !part.ends_with('-')
}

fn is_word(text: &str, longest: usize) -> bool {
    let inner = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    let edge = |byte: Option<u8>| byte.is_none_or(|b| b.is_ascii_alphanumeric());
    text.len() <= longest && inner && edge(text.bytes().next()) && edge(text.bytes().next_back())
}
