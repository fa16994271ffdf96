//! Whom, and as what, does a policy let containers run?

use object::Node;

use super::fields::Reader;
use super::formats::shown;

/// Ids from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdRange {
    /// The first.
    pub min: i64,
    /// The last.
    pub max: i64,
}

impl IdRange {
    /// Whether an id lies in one of the ranges.
    pub fn any_holds(ranges: &[Self], id: i64) -> bool {
        ranges.iter().any(|range| range.min <= id && id <= range.max)
    }
}

/// `runAsUser`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunAsUser {
    /// As one of these, by default as the very first; never empty.
    MustRunAs(Vec<IdRange>),
    /// As anybody but root.
    MustRunAsNonRoot,
    /// As anybody.
    RunAsAny,
}

/// `runAsGroup`, `supplementalGroups` and `fsGroup`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Groups {
    /// With one of these, by default the very first; never empty.
    MustRunAs(Vec<IdRange>),
    /// With one of these or none; never empty.
    MayRunAs(Vec<IdRange>),
    /// With any.
    RunAsAny,
}

/// `seLinux`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeLinux {
    /// Labelled so.
    MustRunAs(SeLinuxOptions),
    /// Labelled in any way.
    RunAsAny,
}

/// An SELinux label; what is not written is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeLinuxOptions {
    /// The user part.
    pub user: String,
    /// The role part.
    pub role: String,
    /// The type part.
    pub kind: String,
    /// The level part.
    pub level: String,
}

const MUST: &str = "MustRunAs";
const MAY: &str = "MayRunAs";
const NON_ROOT: &str = "MustRunAsNonRoot";
const ANY: &str = "RunAsAny";

pub(super) fn run_as_user<'a>(reader: &mut Reader<'a>, spec: Node<'a>) -> RunAsUser {
    let Some((node, rule)) = strategy(reader, spec, "runAsUser", "ranges", &[MUST, NON_ROOT, ANY]) else {
        return RunAsUser::RunAsAny;
    };
    let ranges = ranges(reader, node);
    match rule {
        MUST => {
            needs_ranges(reader, node, rule, &ranges);
            RunAsUser::MustRunAs(ranges)
        }
        NON_ROOT => RunAsUser::MustRunAsNonRoot,
        _ => RunAsUser::RunAsAny,
    }
}

/// The one of the group strategies that may be missing, and that takes no ranges where any group will do.
pub(super) fn run_as_group<'a>(reader: &mut Reader<'a>, spec: Node<'a>) -> Groups {
    if spec.get("runAsGroup").is_none() {
        return Groups::RunAsAny;
    }
    let groups = groups(reader, spec, "runAsGroup");
    let ranges = spec.at("runAsGroup.ranges").filter(|ranges| ranges.items().len() > 0);
    if let (Groups::RunAsAny, Some(ranges)) = (&groups, ranges) {
        reader.invalid(ranges, format!("`{ANY}` takes no ranges: remove them or write `{MUST}` or `{MAY}`"));
    }
    groups
}

pub(super) fn groups<'a>(reader: &mut Reader<'a>, spec: Node<'a>, key: &str) -> Groups {
    let Some((node, rule)) = strategy(reader, spec, key, "ranges", &[MUST, MAY, ANY]) else {
        return Groups::RunAsAny;
    };
    let ranges = ranges(reader, node);
    if rule == ANY {
        return Groups::RunAsAny;
    }
    needs_ranges(reader, node, rule, &ranges);
    if rule == MUST { Groups::MustRunAs(ranges) } else { Groups::MayRunAs(ranges) }
}

pub(super) fn se_linux<'a>(reader: &mut Reader<'a>, spec: Node<'a>) -> SeLinux {
    let Some((node, rule)) = strategy(reader, spec, "seLinux", "seLinuxOptions", &[MUST, ANY]) else {
        return SeLinux::RunAsAny;
    };
    let options = reader.map(node, "seLinuxOptions");
    if let Some(options) = options {
        reader.known(options, &["user", "role", "type", "level"]);
    }
    let mut part = |key| options.and_then(|options| reader.text(options, key)).unwrap_or_default().to_owned();
    let label =
        SeLinuxOptions { user: part("user"), role: part("role"), kind: part("type"), level: part("level") };
    if rule == ANY {
        return SeLinux::RunAsAny;
    }
    if options.is_none() {
        reader.wrong(
            node,
            format!("`{MUST}` needs `seLinuxOptions`: Kubernetes 1.24 leaves such a policy out in silence"),
        );
    }
    SeLinux::MustRunAs(label)
}

/// A strategy's mapping and its rule, if it is one of the known.
fn strategy<'a>(
    reader: &mut Reader<'a>,
    spec: Node<'a>,
    key: &str,
    detail: &str,
    rules: &[&str],
) -> Option<(Node<'a>, &'a str)> {
    let Some(node) = reader.map(spec, key) else {
        if spec.get(key).is_none() {
            reader
                .wrong(spec, format!("`{key}` is required: write `{key}: {{rule: {}}}`", rules.join(" or ")));
        }
        return None;
    };
    reader.known(node, &["rule", detail]);
    let rule = reader.text(node, "rule").unwrap_or_default();
    if !rules.contains(&rule) {
        let at = node.get("rule").unwrap_or(node);
        reader.wrong(at, format!("{} is no rule of `{key}`: write {}", shown(rule), rules.join(" or ")));
        return None;
    }
    Some((node, rule))
}

fn needs_ranges<'a>(reader: &mut Reader<'a>, node: Node<'a>, rule: &str, ranges: &[IdRange]) {
    if ranges.is_empty() {
        let at = node.get("ranges").unwrap_or(node);
        reader.wrong(
            at,
            format!("`{rule}` needs `ranges`: Kubernetes 1.24 leaves such a policy out in silence"),
        );
    }
}

fn ranges<'a>(reader: &mut Reader<'a>, node: Node<'a>) -> Vec<IdRange> {
    let maps = reader.maps(node, "ranges", &["min", "max"]);
    let mut ranges = Vec::with_capacity(maps.len());
    for map in maps {
        let range = IdRange { min: reader.int(map, "min"), max: reader.int(map, "max") };
        for (key, value) in [("min", range.min), ("max", range.max)] {
            if value < 0 {
                reader.invalid(map.get(key).unwrap_or(map), format!("`{key}` cannot be negative: no id is"));
            }
        }
        if range.min > range.max {
            let at = map.get("min").unwrap_or(map);
            reader.invalid(at, format!("`min` {} is greater than `max` {}: swap them", range.min, range.max));
        }
        ranges.push(range);
    }
    ranges
}
