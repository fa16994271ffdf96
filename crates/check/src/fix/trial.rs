//! Does a text hold what it promises when some of its findings are mended?
//!
//! Every promise is kept or broken by a part of the text, a document or an object of a list: one reading of the
//! whole says of all of them which fixes hold.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use finding::{Change, Edit, Finding, ObjectRef, Source, apply};
use object::comments;
use object::edit::{Draft, Model, Part, Splices, differences, models};

/// Says what is found in a text.
pub(super) type Judge<'a> = &'a dyn Fn(&Arc<Source>) -> Vec<Finding>;

/// A text before anything is tried.
pub(super) struct Trial<'a> {
    source: &'a Arc<Source>,
    findings: &'a [Finding],
    judge: Judge<'a>,
    draft: Draft,
    models: Vec<(u32, Model)>,
    /// The part that a finding's fix changes.
    part_of: Vec<usize>,
    allowed: HashMap<Counted<'a>, usize>,
}

/// A text that holds what was promised of it.
#[derive(Debug)]
pub(super) struct Proven {
    pub(super) source: Arc<Source>,
    /// What is found in it.
    pub(super) findings: Vec<Finding>,
}

/// What came of trying some fixes together.
pub(super) enum Verdict {
    /// All of them hold.
    Holds(Proven),
    /// Those in these parts do not, all of them or some.
    Blames(BTreeMap<usize, Blame>),
    /// They do not, and no part can be told apart.
    Fails(String),
}

/// Why fixes of a part do not hold.
#[derive(Debug)]
pub(super) struct Blame {
    pub(super) why: String,
    /// The fixes that stand next to what is wrong: a guess, to be tried first.
    pub(super) suspects: BTreeSet<usize>,
    pub(super) again: Again,
}

/// Whether a fix that does not hold beside others may hold after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// It could not be written, and may be once the others are.
    Later,
    /// What is found in the text speaks against it, and that text would be the same.
    Never,
}

impl From<&str> for Blame {
    fn from(why: &str) -> Self {
        Self { why: why.to_owned(), suspects: BTreeSet::new(), again: Again::Later }
    }
}

/// What stands further away in the new text is no suspect.
const NEAR: u32 = 64;

impl<'a> Trial<'a> {
    pub(super) fn of(source: &'a Arc<Source>, findings: &'a [Finding], judge: Judge<'a>) -> Self {
        let draft = Draft::of(source);
        let places: HashMap<(u32, &[usize]), usize> = draft
            .parts()
            .iter()
            .enumerate()
            .map(|(at, part)| ((part.document, part.items.as_slice()), at))
            .collect();
        let place = |change: &Change| {
            let mut items = Part::items_of(change);
            while !items.is_empty() && !places.contains_key(&(change.document, items.as_slice())) {
                items.pop();
            }
            places.get(&(change.document, items.as_slice())).copied()
        };
        let first = |finding: &'a Finding| finding.fix.as_ref().and_then(|fix| fix.changes.first());
        let part_of = findings.iter().map(|finding| first(finding).and_then(place).unwrap_or(0)).collect();
        let models = models(&draft.trees());
        let starts: Vec<u32> = draft.parts().iter().map(|part| part.start).collect();
        let allowed = count(&starts, findings);
        Self { source, findings, judge, draft, models, part_of, allowed }
    }

    pub(super) fn part(&self, finding: usize) -> usize {
        self.part_of.get(finding).copied().unwrap_or(0)
    }

    /// The fixes of each part.
    pub(super) fn parts_of(&self, fixes: &[usize]) -> BTreeMap<usize, Vec<usize>> {
        let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for finding in fixes {
            parts.entry(self.part(*finding)).or_default().push(*finding);
        }
        parts
    }

    /// The splices that make the changes of all `picked`, which are of one part.
    pub(super) fn splices(&self, picked: &[usize]) -> Result<Splices, String> {
        let mut seen = HashSet::new();
        let changes: Vec<&Change> = self.changes(picked).filter(|change| seen.insert(*change)).collect();
        self.draft.splices(&changes).map_err(|refused| refused.to_string())
    }

    /// The splices of one finding, as they are shown.
    pub(super) fn edits(&self, finding: usize) -> Result<Vec<Edit>, String> {
        self.splices(&[finding])?.edits().map_err(|refused| refused.to_string())
    }

    /// Makes the changes of all `picked` and proves the result.
    pub(super) fn run(&self, picked: &[usize]) -> Verdict {
        let edits = match self.all_edits(picked) {
            Ok(edits) => edits,
            Err(verdict) => return verdict,
        };
        let Some(text) = apply(self.source.text(), &edits) else {
            return Verdict::Fails("the edits overlap".to_owned());
        };
        if text == self.source.text() {
            return Verdict::Fails("the text already says so".to_owned());
        }
        let source = Arc::new(Source::file(self.source.name(), text));
        let new = Draft::of(&source);
        let moves = Moves::of(&edits);
        let starts: Vec<u32> = self.draft.parts().iter().map(|part| moves.new_place(part.start)).collect();
        let mut blamed = BTreeMap::new();
        let mut verdict = self.only_what_was_meant(picked, &moves, &new, &mut blamed);
        if verdict.is_ok() && edits.iter().any(|edit| self.source.slice(edit.span).contains('#')) {
            verdict = self.comments_stay(&source, &new, &starts, &mut blamed);
        }
        if let Err(why) = verdict {
            return Verdict::Fails(why);
        }
        if !blamed.is_empty() {
            return Verdict::Blames(blamed);
        }
        drop(new);
        let findings = (self.judge)(&source);
        self.gone_and_none_new(picked, &starts, &findings, &moves, &mut blamed);
        if blamed.is_empty() { Verdict::Holds(Proven { source, findings }) } else { Verdict::Blames(blamed) }
    }

    fn changes<'s>(&'s self, picked: &'s [usize]) -> impl Iterator<Item = &'s Change> {
        let picked = picked.iter().filter_map(|finding| self.findings.get(*finding));
        picked.filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.changes)
    }

    fn all_edits(&self, picked: &[usize]) -> Result<Vec<Edit>, Verdict> {
        let (mut all, mut blamed) = (Splices::default(), BTreeMap::new());
        for (part, own) in self.parts_of(picked) {
            match self.splices(&own) {
                Ok(splices) => all.extend(splices),
                Err(why) => drop(blamed.insert(part, Blame::from(why.as_str()))),
            }
        }
        if !blamed.is_empty() {
            return Err(Verdict::Blames(blamed));
        }
        all.edits().map_err(|refused| Verdict::Fails(refused.to_string()))
    }

    /// The new text reads as the old one with the changes made in the model, document by document.
    fn only_what_was_meant(
        &self,
        picked: &[usize],
        moves: &Moves,
        new: &Draft,
        blamed: &mut BTreeMap<usize, Blame>,
    ) -> Result<(), String> {
        let why = "the edit would change more than the field it is about";
        let mut changes: HashMap<u32, Vec<&Change>> = HashMap::new();
        let mut seen = HashSet::new();
        for change in self.changes(picked).filter(|change| seen.insert(*change)) {
            changes.entry(change.document).or_default().push(change);
        }
        let read = models(&new.trees());
        if read.len() != self.models.len() {
            self.blame_lost(&read, moves, blamed);
            return if blamed.is_empty() { Err(why.to_owned()) } else { Ok(()) };
        }
        for ((document, old), (_, read)) in self.models.iter().zip(&read) {
            let own = changes.get(document).map(Vec::as_slice).unwrap_or_default();
            let found = if own.is_empty() {
                differences(old, read)
            } else {
                let mut expected = old.clone();
                for change in own {
                    expected.change(change);
                }
                differences(&expected, read)
            };
            for items in found {
                blamed.insert(self.only_part(*document, &items).ok_or(why)?, why.into());
            }
        }
        Ok(())
    }

    /// The part at this place, unless it is around others that may be to blame.
    fn only_part(&self, document: u32, items: &[usize]) -> Option<usize> {
        let parts = self.draft.parts();
        let inside = |part: &Part| part.document == document && part.items.starts_with(items);
        // A document starts where its root does, and its parts stand one after the other.
        let from = parts.partition_point(|part| part.start < document);
        let mut inside = parts
            .iter()
            .enumerate()
            .skip(from)
            .take_while(|(_, part)| part.document == document)
            .filter(|(_, part)| inside(part));
        let (at, part) = inside.next()?;
        (part.items == items && inside.next().is_none()).then_some(at)
    }

    /// Documents that cannot be found any more.
    fn blame_lost(&self, read: &[(u32, Model)], moves: &Moves, blamed: &mut BTreeMap<usize, Blame>) {
        let read: HashSet<u32> = read.iter().map(|(start, _)| *start).collect();
        for (document, _) in &self.models {
            let start = moves.new_place(*document);
            if let Some(part) = self.only_part(*document, &[]).filter(|_| !read.contains(&start)) {
                blamed.insert(part, "the edit would change more than the field it is about".into());
            }
        }
    }

    /// Whoever wrote a comment wrote it for a reason that no fix knows.
    fn comments_stay(
        &self,
        source: &Arc<Source>,
        new: &Draft,
        starts: &[u32],
        blamed: &mut BTreeMap<usize, Blame>,
    ) -> Result<(), String> {
        let why = "a comment would be lost";
        let old_starts: Vec<u32> = self.draft.parts().iter().map(|part| part.start).collect();
        let old = by_part(self.source, &self.draft, &old_starts);
        let new = by_part(source, new, starts);
        for part in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
            if old.get(part) != new.get(part) {
                // What stands before the first part is nobody's.
                let at = part.ok_or(why)?;
                blamed.insert(at, why.into());
            }
        }
        Ok(())
    }

    /// A finding may come to say something else of the same container, such as another image that is not
    /// pinned either; what must not grow is how much a rule has to say of it.
    fn gone_and_none_new(
        &self,
        picked: &[usize],
        starts: &[u32],
        after: &[Finding],
        moves: &Moves,
        blamed: &mut BTreeMap<usize, Blame>,
    ) {
        let mut fixed: HashMap<Counted<'_>, usize> = HashMap::new();
        let old: Vec<u32> = self.draft.parts().iter().map(|part| part.start).collect();
        for finding in picked.iter().filter_map(|finding| self.findings.get(*finding)) {
            *fixed.entry(counted(&old, finding)).or_default() += 1;
        }
        let mut too_many: HashMap<Counted<'_>, Option<&Finding>> = HashMap::new();
        for (about, count) in count(starts, after) {
            let allowed = self.allowed.get(&about).copied().unwrap_or(0);
            if count > allowed.saturating_sub(fixed.get(&about).copied().unwrap_or(0)) {
                too_many.insert(about, None);
            }
        }
        if too_many.is_empty() {
            return;
        }
        let known: HashSet<Key<'_>> = self.findings.iter().map(key).collect();
        // The first in the order of the text speaks, and a new one before one that is still there.
        for finding in after {
            if let Some(said) = too_many.get_mut(&counted(starts, finding)) {
                let is_new = |finding: &Finding| !known.contains(&key(finding));
                match said {
                    Some(have) if is_new(have) || !is_new(finding) => {}
                    _ => *said = Some(finding),
                }
            }
        }
        let own = self.parts_of(picked);
        let mut said: Vec<_> =
            too_many.into_iter().filter_map(|(about, said)| Some((about.part, said?))).collect();
        said.sort_by_key(|(_, finding)| (finding.id, finding.span, &finding.message));
        for (part, finding) in said {
            let what = if known.contains(&key(finding)) {
                "the finding would still be there"
            } else {
                "it would bring a new finding"
            };
            let why = || format!("{what}: {}", finding.message);
            let blame = || Blame { why: why(), suspects: BTreeSet::new(), again: Again::Never };
            let blamed = blamed.entry(part).or_insert_with(blame);
            // A few of them say enough: a part may hold thousands.
            if blamed.suspects.len() < 8 {
                let own = own.get(&part).map(Vec::as_slice).unwrap_or_default();
                blamed.suspects.extend(self.near(finding, own, moves));
            }
        }
    }

    /// Of the fixes of a part, those of the finding that stood next to this one of the new text.
    fn near(&self, finding: &Finding, own: &[usize], moves: &Moves) -> Vec<usize> {
        let distance = |at: usize| {
            let new = moves.new_place(self.findings.get(at)?.span.start);
            Some(new.abs_diff(finding.span.start)).filter(|distance| *distance <= NEAR)
        };
        let near: Vec<(u32, usize)> = own.iter().filter_map(|at| Some((distance(*at)?, *at))).collect();
        let nearest = near.iter().map(|(distance, _)| *distance).min();
        near.into_iter().filter(|(distance, _)| Some(*distance) == nearest).map(|(_, at)| at).collect()
    }
}

/// Where places of the old text stand after the edits.
struct Moves(Vec<Moved>);

/// How much was taken and given up to the end of an edit.
struct Moved {
    end: u32,
    taken: u32,
    given: u32,
}

impl Moves {
    fn of(edits: &[Edit]) -> Self {
        let (mut taken, mut given) = (0, 0);
        let after = |edit: &Edit| {
            taken += edit.span.end - edit.span.start;
            given = u32::saturating_add(given, edit.text.len() as u32);
            Moved { end: edit.span.end, taken, given }
        };
        Self(edits.iter().map(after).collect())
    }

    fn new_place(&self, old: u32) -> u32 {
        let before = self.0.partition_point(|edit| edit.end <= old);
        match before.checked_sub(1).and_then(|last| self.0.get(last)) {
            Some(edit) => (old - edit.taken).saturating_add(edit.given),
            None => old,
        }
    }
}

/// The comments of each part, in the order of their texts: an edit may move one by some lines.
fn by_part(source: &Arc<Source>, draft: &Draft, starts: &[u32]) -> BTreeMap<Option<usize>, Vec<String>> {
    let mut found: BTreeMap<Option<usize>, Vec<String>> = BTreeMap::new();
    for span in comments(source, &draft.trees()) {
        let part = starts.partition_point(|start| *start <= span.start).checked_sub(1);
        found.entry(part).or_default().push(source.slice(span).trim_end().to_owned());
    }
    for texts in found.values_mut() {
        texts.sort_unstable();
    }
    found
}

fn counted<'a>(starts: &[u32], finding: &'a Finding) -> Counted<'a> {
    let part = starts.partition_point(|start| *start <= finding.span.start).saturating_sub(1);
    Counted { part, about: subject(finding) }
}

/// The rule, and the container or object it speaks of. A fix may give the object another version; it is the
/// same object to the API server too.
type Subject<'a> = (&'static str, Option<(&'a str, Option<&'a str>, &'a str)>, Option<&'a str>);

fn subject(finding: &Finding) -> Subject<'_> {
    (finding.id, finding.object.as_deref().map(name), finding.container.as_deref())
}

fn name(object: &ObjectRef) -> (&str, Option<&str>, &str) {
    (&object.kind, object.namespace.as_deref(), &object.name)
}

/// What is counted: a rule may speak of the same container once more in another part of the text.
#[derive(PartialEq, Eq, Hash)]
struct Counted<'a> {
    part: usize,
    about: Subject<'a>,
}

/// What makes two findings the same across an edit, which moves lines and may shift indexes.
type Key<'a> = (Subject<'a>, &'a str);

fn key(finding: &Finding) -> Key<'_> {
    (subject(finding), &finding.message)
}

fn count<'a>(starts: &[u32], findings: &'a [Finding]) -> HashMap<Counted<'a>, usize> {
    let mut counts = HashMap::new();
    for finding in findings {
        *counts.entry(counted(starts, finding)).or_default() += 1;
    }
    counts
}
