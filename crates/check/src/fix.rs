//! Which findings can be mended, and does the mended text hold what it promises?
//!
//! Nothing leaves this module unproven: the new text is read again, it differs from the old one in the
//! intended fields only, the findings are gone, and no new one came. What cannot be proven is left as it
//! is, with the reason.

mod each;
mod search;
#[cfg(test)]
mod tests;
mod trial;

use std::collections::HashSet;
use std::sync::Arc;

use finding::{Finding, Safety, Source};

use self::search::{Budget, Refused, search};
use self::trial::{Again, Trial};

pub use self::each::prove_each;

/// What came of mending one text.
#[derive(Debug)]
pub struct Mended {
    /// The text afterwards; the old one when nothing could be mended.
    pub source: Arc<Source>,
    /// The findings that are gone.
    pub fixed: Vec<Finding>,
    /// The findings that have a fix which cannot be written, and why.
    pub refused: Vec<(Finding, String)>,
}

/// How often a text is read for its proofs at most, and how many bytes of any text: more than a text with a dozen
/// fixes an object takes when none of them holds, and an end for a hostile one.
const READINGS: usize = 64;
const FOR_ANY_TEXT: usize = 8 << 20;

/// Mends what `judge` finds in a text, up to and including `level`, until nothing is left to mend.
///
/// `judge` must say the same of the same text.
pub fn mend(source: &Arc<Source>, level: Safety, judge: &dyn Fn(&Arc<Source>) -> Vec<Finding>) -> Mended {
    let mut mended = Mended { source: Arc::clone(source), fixed: Vec::new(), refused: Vec::new() };
    let mut findings = judge(source);
    let mut given_up: HashSet<(usize, Name)> = HashSet::new();
    let mut budget = Budget::of(source.text().len(), READINGS, FOR_ANY_TEXT);
    while findings.iter().any(|finding| is_writable(finding, level)) {
        let text = Arc::clone(&mended.source);
        let trial = Trial::of(&text, &findings, judge);
        let is_open = |at: usize, finding: &Finding| !given_up.contains(&(trial.part(at), name(finding)));
        let writable = findings.iter().enumerate().filter(|(_, finding)| is_writable(finding, level));
        let todo: Vec<usize> = writable.filter(|(at, f)| is_open(*at, f)).map(|(at, _)| at).collect();
        let found = search(&trial, &todo, text.text().len(), &mut budget);
        let of = |at: usize| findings.get(at).cloned();
        mended.fixed.extend(found.accepted.iter().filter_map(|at| of(*at)));
        // What does not hold beside others may hold after them: it is tried again where something was mended.
        let changed: HashSet<usize> = found.accepted.iter().map(|at| trial.part(*at)).collect();
        for Refused { finding: at, why, again, .. } in found.refused {
            if let Some(finding) =
                of(at).filter(|_| again == Again::Never || !changed.contains(&trial.part(at)))
            {
                given_up.insert((trial.part(at), name(&finding)));
                mended.refused.push((finding, why));
            }
        }
        let Some(proven) = found.proven else { break };
        mended.source = proven.source;
        findings = proven.findings;
    }
    mended
}

/// What a finding is known by within its part of the text, while lines move and indexes shift.
type Name = (&'static str, Option<String>, String);

fn name(finding: &Finding) -> Name {
    (finding.id, finding.container.clone(), finding.message.clone())
}

/// Whether a finding has a fix that may be written without asking further.
fn is_writable(finding: &Finding, level: Safety) -> bool {
    finding.waived.is_none()
        && finding.fix.as_ref().is_some_and(|fix| fix.safety <= level && !fix.changes.is_empty())
}
