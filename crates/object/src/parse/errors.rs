//! What do we say when YAML does not parse?

use granit_parser::{ErrorKind, ScanError};

/// One sentence that names the trouble and, where the text gives it away, the way out.
pub(super) fn describe(error: &ScanError, text: &str, at: usize) -> String {
    let what = match error.kind() {
        ErrorKind::TabInBlockIndentation => {
            "a tab in the indentation, YAML allows only spaces there".to_owned()
        }
        _ => format!("not valid YAML: {}", error.info()),
    };
    let line_start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |n| n + 1);
    let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let what = if what.contains("tab") || !line.trim_start_matches(' ').starts_with('\t') {
        what
    } else {
        format!("{what}; the line is indented with a tab, YAML allows only spaces there")
    };
    if looks_like_template(text) {
        format!("{what}; the text holds template braces `{{{{ }}}}`, render it first (`helm template`)")
    } else {
        what
    }
}

/// Whether the text holds the braces of Go templates or Jinja.
pub(super) fn looks_like_template(text: &str) -> bool {
    text.contains("{{") && text.contains("}}") || text.contains("{%")
}
