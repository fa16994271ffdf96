//! Which findings can be mended, and does the mended text hold what it promises?
//!
//! Nothing leaves this module unproven: the new text is read again, it differs from the old one in the
//! intended fields only, the findings are gone, and no new one came. What cannot be proven is left as it
//! is, with the reason.

mod each;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use finding::{Change, Edit, Finding, ObjectRef, Safety, Source, apply};
use object::edit::{edits, models};
use object::{Limits, comments, documents};

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

/// How often a text is read again at most: fixes that exclude each other are tried one by one.
const ROUNDS: usize = 500;

/// Mends what `judge` finds in a text, up to and including `level`, until nothing is left to mend.
///
/// `judge` must say the same of the same text.
pub fn mend(source: &Arc<Source>, level: Safety, judge: &dyn Fn(&Arc<Source>) -> Vec<Finding>) -> Mended {
    let mut mended = Mended { source: Arc::clone(source), fixed: Vec::new(), refused: Vec::new() };
    let mut findings = judge(source);
    let mut given_up: BTreeSet<Key> = BTreeSet::new();
    let mut share = usize::MAX;
    for _ in 0..ROUNDS {
        let todo: Vec<&Finding> = findings
            .iter()
            .filter(|finding| is_writable(finding, level) && !given_up.contains(&key(finding)))
            .take(share)
            .collect();
        if todo.is_empty() {
            break;
        }
        match attempt(&mended.source, &todo, &findings, judge) {
            Ok(proven) => {
                mended.fixed.extend(todo.into_iter().cloned());
                mended.source = proven.source;
                findings = proven.findings;
                share = usize::MAX;
            }
            // Together they fail: fewer at a time, until the one that cannot be written is alone.
            Err(_) if todo.len() > 1 => share = todo.len() / 2,
            Err(why) => {
                let refused = todo.into_iter().map(|finding| (finding.clone(), why.clone()));
                mended.refused.extend(refused);
                given_up.extend(mended.refused.iter().map(|(finding, _)| key(finding)));
                share = usize::MAX;
            }
        }
    }
    mended
}

/// Whether a finding has a fix that may be written without asking further.
fn is_writable(finding: &Finding, level: Safety) -> bool {
    finding.waived.is_none()
        && finding.fix.as_ref().is_some_and(|fix| fix.safety <= level && !fix.changes.is_empty())
}

/// A text that holds what was promised of it.
struct Proven {
    /// What became of the text.
    edits: Vec<Edit>,
    source: Arc<Source>,
    /// What is found in it.
    findings: Vec<Finding>,
}

/// Makes the changes of all `todo` and proves the result.
fn attempt(
    source: &Arc<Source>,
    todo: &[&Finding],
    before: &[Finding],
    judge: &dyn Fn(&Arc<Source>) -> Vec<Finding>,
) -> Result<Proven, String> {
    let wanted = todo.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.changes);
    let mut seen = HashSet::new();
    let changes: Vec<Change> = wanted.filter(|change| seen.insert(*change)).cloned().collect();
    let edits = edits(source, &changes).map_err(|refused| refused.to_string())?;
    let text = apply(source.text(), &edits).ok_or("the edits overlap")?;
    if text == source.text() {
        return Err("the text already says so".to_owned());
    }
    let new = Arc::new(Source::file(source.name(), text));
    only_what_was_meant(source, &new, &changes)?;
    if edits.iter().any(|edit| source.slice(edit.span).contains('#')) {
        comments_stay(source, &new)?;
    }
    let after = judge(&new);
    gone_and_none_new(todo, before, &after)?;
    Ok(Proven { edits, source: new, findings: after })
}

/// The new text reads as the old one with the changes made in the model, document by document.
fn only_what_was_meant(old: &Arc<Source>, new: &Arc<Source>, changes: &[Change]) -> Result<(), String> {
    let mut expected = models(old);
    for change in changes {
        // Documents stand in the order of the text.
        let document = expected.binary_search_by_key(&change.document, |(start, _)| *start);
        if let Some((_, model)) = document.ok().and_then(|index| expected.get_mut(index)) {
            model.change(change);
        }
    }
    let same =
        models(new).into_iter().map(|(_, model)| model).eq(expected.into_iter().map(|(_, model)| model));
    if same { Ok(()) } else { Err("the edit would change more than the field it is about".to_owned()) }
}

/// Whoever wrote a comment wrote it for a reason that no fix knows.
fn comments_stay(old: &Arc<Source>, new: &Arc<Source>) -> Result<(), String> {
    let of = |source: &Arc<Source>| {
        let trees = documents(source, Limits::default()).trees;
        let mut texts: Vec<String> =
            comments(source, &trees).iter().map(|span| source.slice(*span).trim_end().to_owned()).collect();
        texts.sort_unstable();
        texts
    };
    if of(old) == of(new) { Ok(()) } else { Err("a comment would be lost".to_owned()) }
}

/// A finding may come to say something else of the same container, such as another image that is not
/// pinned either; what must not grow is how much a rule has to say of it.
fn gone_and_none_new(todo: &[&Finding], before: &[Finding], after: &[Finding]) -> Result<(), String> {
    let mut allowed = count(before);
    for finding in todo {
        if let Some(left) = allowed.get_mut(&subject(finding)) {
            *left = left.saturating_sub(1);
        }
    }
    for (about, count) in count(after) {
        if count > allowed.get(&about).copied().unwrap_or(0) {
            let left = || after.iter().filter(|finding| subject(finding) == about);
            let is_old = |finding: &&Finding| before.iter().any(|old| key(old) == key(finding));
            let new = left().find(|finding| !is_old(finding));
            let what = if new.is_some() {
                "it would bring a new finding"
            } else {
                "the finding would still be there"
            };
            let message = new.or_else(|| left().next()).map_or("", |finding| &finding.message);
            return Err(format!("{what}: {message}"));
        }
    }
    Ok(())
}

/// The rule, and the container or object it speaks of.
type Subject = (&'static str, Option<ObjectRef>, Option<String>);

fn subject(finding: &Finding) -> Subject {
    // A fix may give the object another version; it is the same object to the API server too.
    let object = finding.object.as_deref().cloned();
    let object = object.map(|object| ObjectRef { api_version: String::new(), ..object });
    (finding.id, object, finding.container.clone())
}

/// What makes two findings the same across an edit, which moves lines and may shift indexes.
type Key = (Subject, String);

fn key(finding: &Finding) -> Key {
    (subject(finding), finding.message.clone())
}

fn count(findings: &[Finding]) -> BTreeMap<Subject, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(subject(finding)).or_default() += 1;
    }
    counts
}
