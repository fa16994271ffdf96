//! Which findings does a person read together?
//!
//! Those of one object, the worst object first and in it the worst finding first. What a check says in
//! the same words of several containers is one entry with several places. Other formats keep the order of
//! the report: programs sort for themselves.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

use crate::{Finding, ObjectRef, Severity};

/// What is said of one object, or of a file where it speaks of no object.
pub(super) struct Section<'a> {
    /// The file, or the chart or overlay that was rendered.
    pub(super) file: &'a str,
    pub(super) object: Option<&'a ObjectRef>,
    pub(super) entries: Vec<Entry<'a>>,
}

/// A finding, and the others that say the same.
pub(super) struct Entry<'a> {
    pub(super) first: &'a Finding,
    pub(super) others: Vec<&'a Finding>,
}

/// Sorted findings, put together; what is as bad as another keeps its order.
pub(super) fn sections<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Section<'a>> {
    let mut sections: Vec<Section<'a>> = Vec::new();
    let (mut places, mut said) = (HashMap::new(), HashMap::new());
    for finding in findings {
        let (file, object) = (finding.source.name(), finding.object.as_deref());
        let at = *places.entry((file, object)).or_insert_with(|| {
            sections.push(Section { file, object, entries: Vec::new() });
            sections.len() - 1
        });
        let Some(section) = sections.get_mut(at) else { continue };
        // Labels explain one place, and a text that cannot be read has trouble of its own at each.
        let alone = object.is_none() || !finding.labels.is_empty();
        let words = (!alone).then(|| sentence(finding));
        let known = words.and_then(|words| {
            let next = section.entries.len();
            let entry = *said.entry((at, finding.id, finding.severity, words)).or_insert(next);
            section.entries.get_mut(entry)
        });
        match known {
            Some(entry) => entry.others.push(finding),
            None => section.entries.push(Entry { first: finding, others: Vec::new() }),
        }
    }
    for section in &mut sections {
        section.entries.sort_by_key(|entry| Reverse(entry.first.severity));
    }
    sections.sort_by_key(|section| Reverse(section.worst()));
    sections
}

impl Section<'_> {
    fn worst(&self) -> Option<Severity> {
        self.entries.first().map(|entry| entry.first.severity)
    }

    /// How many findings of each severity it has, worst first.
    pub(super) fn tally(&self) -> Vec<(Severity, usize)> {
        let count = |severity: Severity| {
            let same = self.entries.iter().filter(|entry| entry.first.severity == severity);
            (severity, same.map(|entry| 1 + entry.others.len()).sum())
        };
        Severity::ALL.into_iter().rev().map(count).filter(|(_, count)| *count > 0).collect()
    }
}

/// The message around the container it names: equal for findings that differ in nothing else.
fn sentence(finding: &Finding) -> (&str, &str) {
    let whole = finding.message.as_str();
    let apart = subject(finding).and_then(|named| Some((whole.get(..named.start)?, whole.get(named.end..)?)));
    apart.unwrap_or((whole, ""))
}

/// Where a message names the finding's container: ``init container `setup` ``.
pub(super) fn subject(finding: &Finding) -> Option<Range<usize>> {
    let named = format!("container `{}`", finding.container.as_deref()?);
    let at = finding.message.find(&named)?;
    let before = finding.message.get(..at)?;
    let roles = ["init ", "sidecar ", "ephemeral "];
    let start = roles.iter().find_map(|role| before.strip_suffix(role)).map_or(at, str::len);
    Some(start..at + named.len())
}
