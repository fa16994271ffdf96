//! Does every check have its page and its place in the list?

use std::collections::{BTreeMap, HashSet};

use super::{Problem, Text};

/// Where checks stand: `<stem>.rs` with `<stem>.md` beside it.
pub(super) const FOLDER: &str = "crates/check/src/checks/";
const LIST: &str = "crates/check/src/list.rs";

/// Checks without a page or a line, pages without a check; `None` while there are no checks.
pub(super) fn problems(texts: &[Text]) -> Option<Vec<Problem>> {
    let mut stems: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
    for text in texts {
        let Some(name) = text.path.strip_prefix(FOLDER) else { continue };
        if let Some((stem, kind @ ("rs" | "md"))) = name.rsplit_once('.')
            && !stem.contains('/')
            && stem != "mod"
        {
            stems.entry(stem).or_default().insert(kind);
        }
    }
    if stems.is_empty() {
        return None;
    }
    let list = texts.iter().find(|text| text.path == LIST).map_or("", |text| text.text.as_str());
    Some(stems.iter().flat_map(|(stem, kinds)| incomplete(stem, kinds, list)).collect())
}

fn incomplete(stem: &str, kinds: &HashSet<&str>, list: &str) -> Vec<Problem> {
    let mut found = Vec::new();
    let (code, page) = (format!("{FOLDER}{stem}.rs"), format!("{FOLDER}{stem}.md"));
    if !kinds.contains("md") {
        let way_out = format!("write {page}: why, Flagged, Accepted, When to allow it");
        found.push(Problem::new("pages", &code, 0, "this check has no page".into(), way_out));
    }
    if !kinds.contains("rs") {
        found.push(Problem::new(
            "pages",
            &page,
            0,
            "this page has no check".into(),
            format!("write {code} or remove the page"),
        ));
    } else if !list.lines().any(|line| names(line, stem)) {
        found.push(Problem::new(
            "pages",
            &code,
            0,
            format!("{LIST} does not name `{stem}`"),
            format!("add a line `{stem},` to the list"),
        ));
    }
    found
}

/// Whether the line is the list's entry `stem,`, and no comment.
fn names(line: &str, stem: &str) -> bool {
    line.trim().strip_suffix(',') == Some(stem)
}

#[cfg(test)]
mod tests {
    use super::super::text;
    use super::*;

    fn file(name: &str) -> Text {
        text(&format!("{FOLDER}{name}"), "")
    }

    #[test]
    fn a_check_is_code_page_and_line() {
        let list = || text(LIST, "    host_port,\n");
        assert_eq!(problems(&[file("host_port.rs"), file("host_port.md"), list()]), Some(Vec::new()));
        assert_eq!(problems(&[file("host_port.rs"), list()]).unwrap()[0].what, "this check has no page");
        assert_eq!(problems(&[file("gone.md"), list()]).unwrap()[0].what, "this page has no check");
        let unlisted = problems(&[file("port.rs"), file("port.md"), list()]).unwrap();
        assert!(unlisted[0].what.contains("does not name `port`"));
    }

    #[test]
    fn a_crate_without_checks_is_said_so_and_tests_beside_are_left_alone() {
        assert_eq!(problems(&[text("crates/check/src/lib.rs", "")]), None);
        let list = text(LIST, "list! {\n    host_port,\n}");
        let files =
            [file("mod.rs"), file("host_port/tests.rs"), file("host_port.rs"), file("host_port.md"), list];
        assert_eq!(problems(&files), Some(Vec::new()));
    }
}
