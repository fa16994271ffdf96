//! Which Rust files have outgrown one reading?

use super::{Problem, Text};

/// Above this a file is mentioned.
const LONG: usize = 500;
/// Above this it is refused.
const TOO_LONG: usize = 800;

/// Rust files above the limits, longest first.
pub(super) fn problems(texts: &[Text]) -> Vec<Problem> {
    let rust = texts.iter().filter(|text| text.is("rs"));
    let mut long: Vec<(usize, &str)> = rust
        .map(|text| (text.text.lines().count(), text.path.as_str()))
        .filter(|(lines, _)| *lines > LONG)
        .collect();
    long.sort_by(|a, b| b.cmp(a));
    long.into_iter().map(|(lines, path)| problem(lines, path)).collect()
}

fn problem(lines: usize, path: &str) -> Problem {
    let way_out = "split it by question: tests to <file>/tests.rs first";
    let problem = Problem::new("length", path, 0, format!("{lines} lines, of at most {TOO_LONG}"), way_out);
    if lines > TOO_LONG { problem } else { problem.warn() }
}

#[cfg(test)]
mod tests {
    use super::super::{Level, text};
    use super::*;

    #[test]
    fn long_files_are_mentioned_and_very_long_ones_refused() {
        let lines = |count: usize| "x\n".repeat(count);
        let texts = [
            text("a.rs", &lines(501)),
            text("b.rs", &lines(801)),
            text("c.rs", &lines(500)),
            text("d.md", &lines(900)),
        ];
        let found: Vec<_> = problems(&texts).into_iter().map(|p| (p.file, p.level)).collect();
        assert_eq!(found, [("b.rs".to_owned(), Level::Failure), ("a.rs".to_owned(), Level::Warning)]);
    }
}
