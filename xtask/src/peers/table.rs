//! How is the comparison shown?

use std::fmt::Write as _;

use super::compare::Row;
use super::mapping::MAPPINGS;
use super::read::Identity;

const BEGIN: &str = "<!-- figures -->\n";
const END: &str = "<!-- end of figures -->";
/// So many examples are named for each difference.
const EXAMPLES: usize = 3;

/// A table of counts, then examples of every difference.
pub(super) fn markdown(rows: &[Row], rules: &[String]) -> String {
    let mut out =
        String::from("| rule | tool | its checks | both | only we | of these unread by it | only it |\n");
    out.push_str("|---|---|---|--:|--:|--:|--:|\n");
    for row in rows {
        let checks: Vec<String> = row.checks.iter().map(|check| format!("`{check}`")).collect();
        let (us, them) = (row.only_us.len(), row.only_them.len());
        let (rule, tool, checks) = (row.rule, row.tool.name(), checks.join(", "));
        let _ =
            writeln!(out, "| `{rule}` | {tool} | {checks} | {} | {us} | {} | {them} |", row.both, row.unread);
    }
    let missing: Vec<String> = MAPPINGS
        .iter()
        .filter(|mapping| !rules.iter().any(|id| id == mapping.rule))
        .map(|mapping| format!("`{}`", mapping.rule))
        .collect();
    if !missing.is_empty() {
        let _ = writeln!(out, "\nMapped but not built in: {}.", missing.join(", "));
    }
    out.push_str("\n### Examples\n");
    for row in rows.iter().filter(|row| row.only_us.len() + row.only_them.len() > 0) {
        let _ = writeln!(out, "\n`{}` and {}\n", row.rule, row.tool.name());
        examples(&mut out, "only we", &row.only_us);
        examples(&mut out, "only it", &row.only_them);
    }
    out
}

fn examples(out: &mut String, who: &str, objects: &[Identity]) {
    for object in spread(objects) {
        let Identity { file, kind, namespace, name } = object;
        let _ = writeln!(out, "- {who}: {kind} `{namespace}/{name}` in `{file}`");
    }
}

/// First, middle and last: neighbours come from one folder and differ for one reason.
fn spread(objects: &[Identity]) -> impl Iterator<Item = &Identity> {
    let last = objects.len().saturating_sub(1);
    let mut places: Vec<usize> = (0..EXAMPLES).map(|at| at * last / (EXAMPLES - 1)).collect();
    places.dedup();
    places.into_iter().filter_map(|at| objects.get(at))
}

/// The page with `text` between its two marks.
pub(super) fn insert(page: &str, text: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{text}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::super::compare::tests::example;
    use super::*;

    #[test]
    fn a_row_counts_and_examples_name_objects() {
        let text = markdown(&example(), &["host-port".to_owned()]);
        assert!(text.contains("| `host-port` | checkov | `CKV_K8S_26` | 1 | 2 | 1 | 1 |\n"), "{text}");
        assert!(
            text.contains("- only we: Pod `default/c` in `x.yaml`\n- only it: Pod `default/d` in `x.yaml`\n")
        );
        assert!(text.contains("Mapped but not built in: `privileged-container`, "));
    }

    #[test]
    fn the_table_replaces_the_old_one_only() {
        let page = "# Peers\n<!-- figures -->\nold\n<!-- end of figures -->\nwords\n";
        let new = insert(page, "| new |\n").unwrap();
        assert_eq!(new, "# Peers\n<!-- figures -->\n\n| new |\n\n<!-- end of figures -->\nwords\n");
        assert_eq!(insert("# Peers\n", "x"), None);
    }
}
