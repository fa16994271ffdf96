//! Which line of a template became this line of rendered text?
//!
//! Told only when one line alone can have: the same line, the same but for its indentation, or one that
//! fits with every `{{ … }}` standing for anything.

/// The number (from 1) and the text of the one template line that fits, best kind of fit first.
pub(crate) fn origin<'t>(template: &'t str, rendered: &str) -> Option<(u32, &'t str)> {
    let wanted = rendered.trim();
    if wanted.is_empty() {
        return None;
    }
    let fits: [&dyn Fn(&str) -> bool; 3] =
        [&|line| line.trim_end() == rendered.trim_end(), &|line| line.trim() == wanted, &|line| {
            line.contains("{{") && stands_for(line.trim(), wanted)
        }];
    fits.iter().find_map(|fits| {
        let mut lines = (1u32..).zip(template.lines()).filter(|(_, line)| fits(line));
        let found = lines.next()?;
        lines.next().is_none().then_some(found)
    })
}

/// Whether a template line can become `text`: its own words in their order, anything for the braces.
fn stands_for(line: &str, text: &str) -> bool {
    let Some((head, mut rest)) = line.split_once("{{") else { return line == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut words = head.trim().len();
    while let Some((_, after)) = rest.split_once("}}") {
        let (literal, next) = match after.split_once("{{") {
            Some((literal, next)) => (literal, Some(next)),
            None => (after, None),
        };
        words += literal.trim().len();
        match next {
            None => return words > 0 && text.ends_with(literal),
            Some(next) => {
                let Some(at) = text.find(literal) else { return false };
                text = text.get(at + literal.len()..).unwrap_or_default();
                rest = next;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn a_line_is_found_when_only_one_can_have_become_it() {
        let template = "kind: A\nspec:\n  - name: {{ .Chart.Name }}\n    image: \"{{ .r }}:{{ .t }}\"\n    spec:\n  {{ x }}\n";
        let line = |rendered: &str| origin(template, rendered).map(|(line, _)| line);
        assert_eq!(line("kind: A"), Some(1));
        assert_eq!(line("spec:"), Some(2));
        assert_eq!(line("    spec:"), Some(5));
        assert_eq!(line("        spec:"), None);
        assert_eq!(line("        - name: web"), Some(3));
        assert_eq!(line("      image: \"a/b:1\""), Some(4));
        assert_eq!(line("      image: a/b:1"), None);
        assert_eq!(line("other: 1"), None);
        assert_eq!(line("  "), None);
    }
}
