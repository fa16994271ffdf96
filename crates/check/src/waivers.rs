//! Which findings did somebody accept, and which acceptances are void?
//!
//! A waiver is a comment beside the finding or an entry of `cofferdam.yaml`. One that is broken,
//! expired or matches nothing is a finding of its own: an acceptance nobody needs hides the next one.

mod inline;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use finding::{Finding, Source, Span, Waived};

use crate::list::checks::waiver_stale;
use crate::{Date, Place};
pub(crate) use policy::pattern::{Glob, ObjectPattern};

/// Acceptances, and what is wrong with how they are written.
#[derive(Clone, Debug, Default)]
pub struct Waivers {
    list: Vec<Waiver>,
    broken: Vec<Finding>,
}

/// How much of what waivers could match was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A directory: an entry of `cofferdam.yaml` that matches nothing is stale.
    Whole,
    /// Single files: what such an entry is about may stand elsewhere.
    Part,
}

#[derive(Clone, Debug)]
pub(crate) struct Waiver {
    pub(crate) check: &'static str,
    pub(crate) covers: Covers,
    pub(crate) waived: Waived,
    /// Where it is written.
    pub(crate) source: Arc<Source>,
    pub(crate) span: Span,
    /// The day on which it ended.
    pub(crate) expired: Option<Date>,
}

#[derive(Clone, Debug)]
pub(crate) enum Covers {
    /// Findings that start in one of these stretches of the same source.
    Spans(Vec<Span>),
    /// Findings about these objects, wherever they stand; what is not named may be anything.
    Objects { object: Option<ObjectPattern>, file: Option<(Glob, Place)>, container: Option<Glob> },
}

impl Waivers {
    /// The waivers in the comments of a text.
    pub fn in_text(source: &Arc<Source>) -> Self {
        inline::read(source)
    }

    pub(crate) fn of(list: Vec<Waiver>) -> Self {
        Self { list, broken: Vec::new() }
    }

    /// Adds those of another place. Of two that match the same finding a comment speaks before an entry
    /// of the settings, and of two of a kind the earlier one.
    pub fn extend(&mut self, other: Self) {
        self.list.extend(other.list);
        self.broken.extend(other.broken);
    }

    /// Marks the findings that are waived, and adds one for each void waiver of a check that `ran`.
    pub fn apply(&self, findings: &mut Vec<Finding>, ran: &dyn Fn(&str) -> bool, scope: Scope) {
        let mut used = BTreeSet::new();
        let index = self.index();
        for finding in findings.iter_mut() {
            let keys = [Some(Arc::as_ptr(&finding.source)), None].map(|source| (finding.id, source));
            let candidates = keys.iter().filter_map(|key| index.get(key)).flatten();
            let matching: Vec<_> = candidates.filter(|(_, waiver)| waiver.matches(finding)).collect();
            used.extend(matching.iter().map(|(at, _)| *at));
            let in_force = matching.into_iter().find(|(_, waiver)| waiver.expired.is_none());
            finding.waived = in_force.map(|(_, waiver)| waiver.waived.clone());
        }
        if ran(waiver_stale::CHECK.id) {
            findings.extend(self.broken.iter().cloned());
            let of_run = self.list.iter().enumerate().filter(|(_, waiver)| ran(waiver.check));
            findings.extend(of_run.filter_map(|(at, waiver)| waiver.complaint(used.contains(&at), scope)));
        }
    }

    /// The waivers by what they can match: a check, and for comments the text.
    fn index(&self) -> HashMap<Subject, Vec<(usize, &Waiver)>> {
        let mut index: HashMap<Subject, Vec<_>> = HashMap::new();
        for (at, waiver) in self.list.iter().enumerate() {
            let source = matches!(waiver.covers, Covers::Spans(_)).then(|| Arc::as_ptr(&waiver.source));
            index.entry((waiver.check, source)).or_default().push((at, waiver));
        }
        index
    }
}

/// A check, and the text for waivers that stand in one.
type Subject = (&'static str, Option<*const Source>);

impl Waiver {
    /// Whether a finding of its check, and for a comment of its text, is covered.
    fn matches(&self, finding: &Finding) -> bool {
        match &self.covers {
            Covers::Spans(spans) => covered(spans, finding),
            Covers::Objects { object, file, container } => {
                let within = |glob: &Glob| finding.container.as_ref().is_some_and(|name| glob.matches(name));
                let at = |(glob, place): &(Glob, Place)| glob.matches(&place.relative(finding.file()));
                object.as_ref().is_none_or(|pattern| pattern.matches(finding.object.as_ref()))
                    && container.as_ref().is_none_or(within)
                    && file.as_ref().is_none_or(at)
            }
        }
    }

    /// Why it is void, if it is.
    fn complaint(&self, used: bool, scope: Scope) -> Option<Finding> {
        let check = self.check;
        let message = match (self.expired, &self.covers) {
            (Some(day), _) => {
                let owner = self.waived.owner.as_deref().unwrap_or("nobody");
                format!("the waiver for `{check}` expired on {day}, its owner is {owner}")
            }
            (None, Covers::Objects { .. }) if scope == Scope::Part => return None,
            (None, _) if used => return None,
            (None, _) => format!("the waiver for `{check}` matches nothing"),
        };
        Some(complaint(&self.source, self.span, message))
    }
}

fn covered(spans: &[Span], finding: &Finding) -> bool {
    spans.iter().any(|span| span.start <= finding.span.start && finding.span.start < span.end)
}

/// A finding of `waiver-stale`.
fn complaint(source: &Arc<Source>, span: Span, message: String) -> Finding {
    Finding {
        id: waiver_stale::CHECK.id,
        severity: waiver_stale::CHECK.severity,
        message,
        source: Arc::clone(source),
        span,
        field: String::new(),
        object: None,
        container: None,
        pod_security: None,
        labels: Vec::new(),
        secret: None,
        fix: None,
        waived: None,
    }
}

/// The check that a waiver may name, or why it may not.
pub(crate) fn check_to_waive(id: &str) -> Result<&'static str, String> {
    match crate::find(id) {
        Some(check) if check.id == waiver_stale::CHECK.id => {
            Err(format!("`{id}` cannot be waived: mend or remove the waiver it speaks of"))
        }
        Some(check) => Ok(check.id),
        None => Err(crate::list::unknown(id)),
    }
}
