//! Where does a program find the file? Paths below the root, the same however the user wrote them.

use crate::{Failure, Finding, Report};

/// The path below `root`, where it lies there; any other path stays as it is.
pub(super) fn below<'a>(root: Option<&str>, file: &'a str) -> &'a str {
    let root = root.map(|root| root.trim_end_matches('/'));
    let inside = root.and_then(|root| file.strip_prefix(root)).and_then(|rest| rest.strip_prefix('/'));
    let mut path = inside.map_or(file, |rest| rest.trim_start_matches('/'));
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    if path.is_empty() { "." } else { path }
}

/// In the order of the paths as they are written out; what shares a path stays in the order of the report.
pub(super) fn by_path<'a, T>(all: &'a [T], path: impl Fn(&'a T) -> &'a str) -> Vec<&'a T> {
    let mut sorted: Vec<&T> = all.iter().collect();
    sorted.sort_by_key(|each| path(each));
    sorted
}

/// Failures that no finding repeats: what could not be read, and what a skipped check would have said.
pub(super) fn unsaid(report: &Report) -> impl Iterator<Item = &Failure> {
    let said = |failure: &Failure| {
        let same = |f: &Finding| {
            f.message == failure.message && f.file() == failure.file && Some(f.start().line) == failure.line
        };
        report.findings.iter().any(same)
    };
    report.errors.iter().filter(move |failure| !said(failure))
}

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn a_path_is_the_same_however_it_was_written() {
        for root in ["/src/shop", "/src/shop/"] {
            for file in [
                "/src/shop/a/b.yaml",
                "a/b.yaml",
                "./a/b.yaml",
                "/src/shop//a/b.yaml",
                "/src/shop/./a/b.yaml",
            ] {
                assert_eq!(below(Some(root), file), "a/b.yaml", "{file}");
            }
        }
        assert_eq!(below(Some("/src/shop"), "/src/shopping/a.yaml"), "/src/shopping/a.yaml");
        assert_eq!(below(Some("/"), "/a.yaml"), "a.yaml");
        assert_eq!(below(None, "/a.yaml"), "/a.yaml");
        assert_eq!(below(Some("/src"), "../a.yaml"), "../a.yaml");
        assert_eq!(below(Some("/src"), "<stdin>"), "<stdin>");
    }
}
