//! Which findings did somebody accept, and which acceptances are void?
//!
//! A waiver is a comment beside the finding or an entry of `cofferdam.yaml`. One that is broken,
//! expired or matches nothing is a finding of its own: an acceptance nobody needs hides the next one.

mod inline;
mod pattern;

use std::sync::Arc;

use finding::{Finding, Source, Span, Waived};

pub(crate) use self::pattern::{Glob, ObjectPattern};
use crate::list::checks::waiver_stale;
use crate::{Date, Place};

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

    /// Adds those of another place; of two that match the same finding the earlier one speaks.
    pub fn extend(&mut self, other: Self) {
        self.list.extend(other.list);
        self.broken.extend(other.broken);
    }

    /// Marks the findings that are waived, and adds one for each void waiver of a check that `ran`.
    pub fn apply(&self, findings: &mut Vec<Finding>, ran: &dyn Fn(&str) -> bool, scope: Scope) {
        let mut used = vec![false; self.list.len()];
        for finding in findings.iter_mut() {
            for (waiver, used) in self.list.iter().zip(&mut used) {
                if waiver.matches(finding) {
                    *used = true;
                    if waiver.expired.is_none() {
                        finding.waived.get_or_insert_with(|| waiver.waived.clone());
                    }
                }
            }
        }
        if ran(waiver_stale::CHECK.id) {
            findings.extend(self.broken.iter().cloned());
            let void = self.list.iter().zip(used).filter(|(waiver, _)| ran(waiver.check));
            findings.extend(void.filter_map(|(waiver, used)| waiver.complaint(used, scope)));
        }
    }
}

impl Waiver {
    fn matches(&self, finding: &Finding) -> bool {
        finding.id == self.check
            && match &self.covers {
                Covers::Spans(spans) => Arc::ptr_eq(&finding.source, &self.source) && covered(spans, finding),
                Covers::Objects { object, file, container } => {
                    object.as_ref().is_none_or(|pattern| pattern.matches(finding.object.as_ref()))
                        && container.as_ref().is_none_or(|glob| {
                            finding.container.as_ref().is_some_and(|name| glob.matches(name))
                        })
                        && file
                            .as_ref()
                            .is_none_or(|(glob, place)| glob.matches(&place.relative(finding.file())))
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
