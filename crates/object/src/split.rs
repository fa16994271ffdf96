//! Where does one document end and the next begin?
//!
//! kubectl splits the text at `---` lines before any YAML is read
//! (`k8s.io/apimachinery/pkg/util/yaml`, `YAMLReader`); so do we, and one broken document cannot
//! take the others with it.

use std::ops::Range;

/// The byte ranges between separator lines, in order; those without content included.
pub(crate) fn documents(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(length) = text.get(at..).and_then(|rest| rest.find("---")) {
        let dashes = at + length;
        let line_end = text[dashes..].find('\n').map_or(text.len(), |n| dashes + n + 1);
        let opens_line = dashes == 0 || text.as_bytes().get(dashes - 1) == Some(&b'\n');
        let rest = text[dashes + 3..line_end].trim();
        if opens_line && (rest.is_empty() || rest.starts_with('#')) {
            found.push(start..dashes);
            start = line_end;
            at = line_end;
        } else {
            at = dashes + 3;
        }
    }
    found.push(start..text.len());
    found
}

#[cfg(test)]
mod tests {
    fn split(text: &str) -> Vec<&str> {
        super::documents(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn separator_lines_may_hold_blanks_and_a_comment_but_no_content() {
        assert_eq!(split("a: 1\n---\nb: 2\n"), ["a: 1\n", "b: 2\n"]);
        assert_eq!(split("---\na: 1\n"), ["", "a: 1\n"]);
        assert_eq!(split("a: 1\r\n--- # next\r\nb: 2"), ["a: 1\r\n", "b: 2"]);
        assert_eq!(split("a: 1\n--- b\nc: ---\n ---\n"), ["a: 1\n--- b\nc: ---\n ---\n"]);
        assert_eq!(split("a: 1\n---"), ["a: 1\n", ""]);
        assert_eq!(split("a: 1\n-----BEGIN\n"), ["a: 1\n-----BEGIN\n"]);
    }
}
