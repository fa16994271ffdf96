//! Which objects do both flag, which only one of us?

use super::mapping::{MAPPINGS, Tool};
use super::read::{Identity, Verdicts};

/// One of our rules beside one tool.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) rule: &'static str,
    pub(super) tool: Tool,
    pub(super) checks: &'static [&'static str],
    pub(super) both: usize,
    pub(super) only_us: Vec<Identity>,
    /// How many of those the tool says nothing about at all.
    pub(super) unread: usize,
    pub(super) only_them: Vec<Identity>,
}

/// A row for every rule that is built in and every tool that asks the same, in the order of the mapping.
pub(super) fn rows(rules: &[String], ours: &Verdicts, theirs: &[(Tool, Verdicts)]) -> Vec<Row> {
    let built_in = |rule: &str| rules.iter().any(|id| id == rule);
    let mappings = MAPPINGS.iter().filter(|mapping| built_in(mapping.rule));
    mappings
        .flat_map(|mapping| theirs.iter().map(move |(tool, verdicts)| (mapping, *tool, verdicts)))
        .filter(|(mapping, tool, _)| !mapping.of(*tool).is_empty())
        .map(|(mapping, tool, verdicts)| row(mapping.rule, (tool, mapping.of(tool)), ours, verdicts))
        .collect()
}

fn row(
    rule: &'static str,
    (tool, checks): (Tool, &'static [&'static str]),
    ours: &Verdicts,
    theirs: &Verdicts,
) -> Row {
    let (we, they) = (ours.of(&[rule]), theirs.of(checks));
    let only_us: Vec<Identity> = we.difference(&they).map(|object| (*object).clone()).collect();
    Row {
        rule,
        tool,
        checks,
        both: we.intersection(&they).count(),
        unread: only_us.iter().filter(|object| !theirs.seen.contains(*object)).count(),
        only_us,
        only_them: they.difference(&we).map(|object| (*object).clone()).collect(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn object(name: &str) -> Identity {
        let text = |text: &str| text.to_owned();
        Identity { file: text("x.yaml"), kind: text("Pod"), namespace: text("default"), name: text(name) }
    }

    fn verdicts(check: &str, flagged: &[&str], seen: &[&str]) -> Verdicts {
        let flagged = BTreeMap::from([(check.to_owned(), flagged.iter().map(|name| object(name)).collect())]);
        Verdicts { flagged, seen: seen.iter().map(|name| object(name)).collect() }
    }

    /// We flag `a`, `b` and `c`; the tool flags `a` and `d` and does not know `c`.
    pub(crate) fn example() -> Vec<Row> {
        let ours = verdicts("host-port", &["a", "b", "c"], &[]);
        let theirs = verdicts("CKV_K8S_26", &["a", "d"], &["a", "b", "d"]);
        rows(
            &["host-port".to_owned()],
            &ours,
            &[(Tool::Checkov, theirs), (Tool::KubeLinter, Verdicts::default())],
        )
    }

    #[test]
    fn objects_are_counted_by_who_flags_them() {
        let [row] = <[Row; 1]>::try_from(example()).unwrap();
        assert_eq!((row.both, row.only_us.len(), row.unread, row.only_them.len()), (1, 2, 1, 1));
        assert_eq!(row.only_them[0].name, "d");
    }

    #[test]
    fn rules_that_are_not_built_in_have_no_row() {
        assert!(rows(&[], &Verdicts::default(), &[(Tool::Checkov, Verdicts::default())]).is_empty());
    }
}
