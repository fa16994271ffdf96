//! Which findings did somebody accept, and which acceptances are void?
//!
//! A waiver is a comment beside the finding or an entry of `cofferdam.yaml`. One that is broken,
//! expired or matches nothing is a finding of its own: an acceptance nobody needs hides the next one.

mod inline;
mod sweep;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use finding::{Finding, Source, Span, Waived};

use self::sweep::{first_around, holds_any};
use crate::list::checks::waiver_stale;
use crate::{Date, Place};
pub(crate) use policy::pattern::{Glob, ObjectPattern};

/// Acceptances, and what is wrong with how they are written.
#[derive(Clone, Debug, Default)]
pub struct Waivers {
    list: Vec<Waiver>,
    broken: Vec<Finding>,
    hidden: Vec<(Arc<Source>, Span)>,
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
    /// Findings that start in this stretch of the same source.
    Text(Span),
    /// Findings about these objects, wherever they stand; what is not named may be anything.
    Objects { object: Option<ObjectPattern>, file: Option<(Glob, Place)>, container: Option<Glob> },
}

impl Waivers {
    /// The waivers in the comments of a text.
    pub fn in_text(source: &Arc<Source>) -> Self {
        inline::read(source)
    }

    pub(crate) fn of(list: Vec<Waiver>) -> Self {
        Self { list, ..Self::default() }
    }

    /// Adds those of another place. Of two that match the same finding a comment speaks before an entry
    /// of the settings, and of two of a kind the earlier one.
    pub fn extend(&mut self, other: Self) {
        self.list.extend(other.list);
        self.broken.extend(other.broken);
        self.hidden.extend(other.hidden);
    }

    /// What no report may show of the comments: what stands behind a waiver that could not be read, which may
    /// be anything, and what looks like a credential.
    pub fn hidden(&self) -> &[(Arc<Source>, Span)] {
        &self.hidden
    }

    /// Marks the findings that are waived, and adds one for each void waiver of a check that `ran`.
    pub fn apply(&self, findings: &mut Vec<Finding>, ran: &dyn Fn(&str) -> bool, scope: Scope) {
        let mut used = BTreeSet::new();
        let by_comment = self.by_comment(findings, &mut used);
        let entries = self.entries();
        for (finding, comment) in findings.iter_mut().zip(by_comment) {
            let candidates = entries.get(finding.id).into_iter().flatten();
            let matching: Vec<_> = candidates.filter(|(_, waiver)| waiver.matches(finding)).collect();
            used.extend(matching.iter().map(|(at, _)| *at));
            let entry =
                matching.into_iter().map(|(_, waiver)| *waiver).find(|waiver| waiver.expired.is_none());
            finding.waived = comment.or(entry).map(|waiver| waiver.waived.clone());
        }
        if ran(waiver_stale::CHECK.id) {
            findings.extend(self.broken.iter().cloned());
            let of_run = self.list.iter().enumerate().filter(|(_, waiver)| ran(waiver.check));
            findings.extend(of_run.filter_map(|(at, waiver)| waiver.complaint(used.contains(&at), scope)));
        }
    }

    /// The first comment that covers each finding; those that cover any are `used`.
    fn by_comment(&self, findings: &[Finding], used: &mut BTreeSet<usize>) -> Vec<Option<&Waiver>> {
        let mut stretches: HashMap<Subject, Vec<(Span, usize)>> = HashMap::new();
        for (at, waiver) in self.list.iter().enumerate() {
            if let Covers::Text(span) = waiver.covers {
                let subject = (waiver.check, Arc::as_ptr(&waiver.source));
                stretches.entry(subject).or_default().push((span, at));
            }
        }
        let mut of_subject: HashMap<Subject, Vec<(u32, usize)>> = HashMap::new();
        for (at, finding) in findings.iter().enumerate().filter(|_| !stretches.is_empty()) {
            let subject = (finding.id, Arc::as_ptr(&finding.source));
            if stretches.contains_key(&subject) {
                of_subject.entry(subject).or_default().push((finding.span.start, at));
            }
        }
        let mut first = vec![None; findings.len()];
        for (subject, mut places) in of_subject {
            let Some(stretches) = stretches.get(&subject) else { continue };
            places.sort_unstable();
            let (starts, numbers): (Vec<u32>, Vec<usize>) = places.into_iter().unzip();
            used.extend(stretches.iter().filter(|(span, _)| holds_any(*span, &starts)).map(|(_, at)| *at));
            for (at, found) in numbers.into_iter().zip(first_around(&starts, stretches)) {
                if let Some(place) = first.get_mut(at) {
                    *place = found.and_then(|found| self.list.get(found));
                }
            }
        }
        first
    }

    /// The entries of the settings by their check.
    fn entries(&self) -> HashMap<&'static str, Vec<(usize, &Waiver)>> {
        let mut entries: HashMap<_, Vec<_>> = HashMap::new();
        for (at, waiver) in self.list.iter().enumerate() {
            if matches!(waiver.covers, Covers::Objects { .. }) {
                entries.entry(waiver.check).or_default().push((at, waiver));
            }
        }
        entries
    }
}

/// A check and a text.
type Subject = (&'static str, *const Source);

impl Waiver {
    /// Whether an entry of the settings covers a finding of its check.
    fn matches(&self, finding: &Finding) -> bool {
        match &self.covers {
            Covers::Text(_) => false,
            Covers::Objects { object, file, container } => {
                let within = |glob: &Glob| finding.container.as_ref().is_some_and(|name| glob.matches(name));
                let at = |(glob, place): &(Glob, Place)| glob.matches(&place.relative(finding.file()));
                object.as_ref().is_none_or(|pattern| pattern.matches(finding.object.as_deref()))
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

/// A finding of `waiver-stale`.
fn complaint(source: &Arc<Source>, span: Span, message: String) -> Finding {
    Finding {
        id: waiver_stale::CHECK.id,
        severity: waiver_stale::CHECK.severity,
        message,
        source: Arc::clone(source),
        span,
        field: String::new(),
        by_name: String::new(),
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
