//! Does a name match a pattern such as `registry.example.com/**`?
//!
//! `*` stands for any run of characters without a slash, `**` for any run at all; everything else stands
//! for itself. Time grows with the product of both lengths, whatever the pattern.

/// Whether the whole of `text` matches `glob`.
pub(crate) fn matches(glob: &str, text: &str) -> bool {
    let pattern = parts(glob);
    // Which numbers of parts may have been used up by the text so far.
    let mut reached = vec![false; pattern.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    skip_stars(&pattern, &mut reached);
    for c in text.chars() {
        let mut next = vec![false; reached.len()];
        for (at, part) in pattern.iter().enumerate().filter(|(at, _)| reached.get(*at) == Some(&true)) {
            let to = match part {
                Part::Char(own) if *own == c => at + 1,
                Part::Segment if c != '/' => at,
                Part::Any => at,
                _ => continue,
            };
            if let Some(slot) = next.get_mut(to) {
                *slot = true;
            }
        }
        skip_stars(&pattern, &mut next);
        reached = next;
    }
    reached.last() == Some(&true)
}

/// Whether any of `globs` matches.
pub(crate) fn any_matches(globs: &[String], text: &str) -> bool {
    globs.iter().any(|glob| matches(glob, text))
}

enum Part {
    Char(char),
    Segment,
    Any,
}

fn parts(glob: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut chars = glob.chars().peekable();
    while let Some(c) = chars.next() {
        parts.push(match c {
            '*' if chars.next_if_eq(&'*').is_some() => Part::Any,
            '*' => Part::Segment,
            c => Part::Char(c),
        });
    }
    parts
}

/// A star may stand for nothing: what is reached before it is reached behind it too.
fn skip_stars(pattern: &[Part], reached: &mut [bool]) {
    for (at, part) in pattern.iter().enumerate() {
        if reached.get(at) == Some(&true) && !matches!(part, Part::Char(_)) {
            if let Some(slot) = reached.get_mut(at + 1) {
                *slot = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_stays_within_a_segment_and_two_cross() {
        for (glob, text) in [
            ("registry.example.com/**", "registry.example.com/team/web"),
            ("registry.example.com/*/web", "registry.example.com/team/web"),
            ("*.example.com/**", "eu.example.com/a/b"),
            ("**/web", "a/b/web"),
            ("ci-*", "ci-"),
            ("ci-*", "ci-42"),
            ("*", "shop"),
            ("**", ""),
            ("", ""),
            ("a*b*c", "axxbxxc"),
        ] {
            assert!(matches(glob, text), "{glob} {text}");
        }
        for (glob, text) in [
            ("registry.example.com/*", "registry.example.com/team/web"),
            ("registry.example.com/**", "registry.example.com.evil.org/web"),
            ("*.example.com/web", "a/b.example.com/web"),
            ("ci-*", "xci-1"),
            ("shop", "shops"),
            ("shop", ""),
            ("", "shop"),
        ] {
            assert!(!matches(glob, text), "{glob} {text}");
        }
    }

    #[test]
    fn a_pattern_of_many_stars_takes_no_more_than_its_length_times_the_text() {
        assert!(!matches(&"a*".repeat(200), &format!("{}b/", "a".repeat(2000))));
    }
}
