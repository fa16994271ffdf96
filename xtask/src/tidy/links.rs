//! Do the links in our documents lead anywhere?

use std::collections::HashSet;

use super::{Problem, Text};

/// Relative links in Markdown files to paths that are not in the repository. Addresses and anchors are not followed.
pub(super) fn problems(texts: &[Text], files: &[String]) -> Vec<Problem> {
    let known: HashSet<&str> = files.iter().flat_map(|file| with_folders(file)).collect();
    let mut found = Vec::new();
    for text in texts.iter().filter(|text| text.is("md")) {
        for (line, target) in links(&text.text) {
            if let Some(what) = broken(&text.path, &target, &known) {
                let way_out = "point it at a file of the repository, relative to this one";
                found.push(Problem::new("links", &text.path, line, what, way_out));
            }
        }
    }
    found
}

/// The path and every folder above it; the root is the empty path.
fn with_folders(file: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(file), |path| match path.rsplit_once('/') {
        Some((folder, _)) => Some(folder),
        None if path.is_empty() => None,
        None => Some(""),
    })
}

fn broken(from: &str, target: &str, known: &HashSet<&str>) -> Option<String> {
    let path = target.split(['#', '?']).next().unwrap_or_default();
    let elsewhere = target.contains("://") || target.starts_with("mailto:");
    if elsewhere || path.is_empty() {
        return None;
    }
    if path.starts_with('/') {
        return Some(format!("link to `{target}` is absolute"));
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                let above = parts.pop();
                if above.is_none() {
                    return Some(format!("link to `{target}` leaves the repository"));
                }
            }
            name => parts.push(name),
        }
    }
    if known.contains(parts.join("/").as_str()) {
        None
    } else {
        Some(format!("link to `{target}`: no such file"))
    }
}

/// Line and target of every `[text](target)` and `[label]: target` outside of code.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fence: Option<&str> = None;
    for (at, line) in text.lines().enumerate() {
        let start = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| start.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, None) => found.extend(in_line(line).into_iter().map(|target| (at + 1, target))),
            _ => {}
        }
    }
    found
}

fn in_line(line: &str) -> Vec<String> {
    // Every second piece between backticks is code.
    let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("``");
    let mut targets: Vec<String> = prose.split("](").skip(1).filter_map(|rest| target(rest, ')')).collect();
    if prose.starts_with('[')
        && let Some((_, rest)) = prose.split_once("]: ")
    {
        targets.extend(target(rest, '\n'));
    }
    targets
}

/// The target at the start of `rest`, without a title and angle brackets.
fn target(rest: &str, end: char) -> Option<String> {
    let inside = rest.split(end).next()?.trim();
    let word = inside.split_whitespace().next()?;
    Some(word.trim_start_matches('<').trim_end_matches('>').to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::text;
    use super::*;

    fn said(path: &str, markdown: &str) -> Vec<String> {
        let files = ["README.md", "docs/a.md", "docs/sub/b.md"].map(str::to_owned);
        problems(&[text(path, markdown)], &files).into_iter().map(|problem| problem.what).collect()
    }

    #[test]
    fn links_to_files_and_folders_hold() {
        let good = "[a](docs/a.md#part) [b](docs/sub) [c](./docs/) [d](#here) [e](https://example.com/x.md)";
        assert!(said("README.md", good).is_empty());
        assert!(
            said("docs/sub/b.md", "[a](../a.md \"title\") [r](../../README.md) [root](../..)").is_empty()
        );
    }

    #[test]
    fn links_to_nothing_are_named() {
        assert_eq!(said("docs/a.md", "[x](b.md)"), ["link to `b.md`: no such file"]);
        assert_eq!(said("docs/a.md", "[x](/README.md)"), ["link to `/README.md` is absolute"]);
        assert_eq!(said("README.md", "[x](../y.md)"), ["link to `../y.md` leaves the repository"]);
        assert_eq!(said("README.md", "[x]: gone.md"), ["link to `gone.md`: no such file"]);
    }

    #[test]
    fn code_is_not_followed() {
        assert!(said("README.md", "`[x](gone.md)`\n```\n[x](gone.md)\n```\n").is_empty());
    }
}
