//! Which of many fixes hold together?
//!
//! All are tried at once. What fails is told apart by the part of the text it stands in, and each such part is
//! halved in the same step as all others: the readings of the text grow with the fixes of one part, not with
//! those of the text.

use std::collections::{BTreeMap, BTreeSet};

use super::trial::{Again, Blame, Proven, Trial, Verdict};

/// What came of one search.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The text with all `accepted`; nothing when none of them holds.
    pub(super) proven: Option<Proven>,
    pub(super) accepted: BTreeSet<usize>,
    pub(super) refused: Vec<Refused>,
}

/// A fix that does not hold.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) finding: usize,
    pub(super) why: String,
    /// Whether it is worth another search, in the text that came of this one.
    pub(super) again: Again,
    /// How many were accepted before.
    accepted: usize,
}

/// How much of a text may be read for its proofs.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
}

impl Budget {
    /// So many times the text, or so many bytes of a short one.
    pub(super) fn of(length: usize, times: usize, at_least: usize) -> Self {
        Self { left: length.saturating_mul(times).saturating_add(at_least) }
    }

    /// Takes the price of reading a text once.
    pub(super) fn pay(&mut self, length: usize) -> bool {
        let rest = self.left.checked_sub(length);
        self.left = rest.unwrap_or(self.left);
        rest.is_some()
    }
}

/// Finds the fixes of `todo` that hold together; `length` is the price of one reading.
pub(super) fn search(trial: &Trial<'_>, todo: &[usize], length: usize, budget: &mut Budget) -> Found {
    let mut search = Search {
        trial,
        length,
        budget,
        found: Found::default(),
        guessed: BTreeSet::new(),
        grown: BTreeMap::new(),
    };
    let writable = search.writable(todo);
    search.settle(writable);
    let Search { mut found, grown, .. } = search;
    found.refused.sort_by_key(|refused| refused.finding);
    for refused in &mut found.refused {
        // Its part became another one since.
        if grown.get(&trial.part(refused.finding)).is_some_and(|size| *size > refused.accepted) {
            refused.again = Again::Later;
        }
    }
    found
}

struct Search<'a, 'b> {
    trial: &'a Trial<'a>,
    length: usize,
    budget: &'b mut Budget,
    found: Found,
    /// The parts where suspects were told from the others.
    guessed: BTreeSet<usize>,
    /// How many were accepted when the last one of a part was.
    grown: BTreeMap<usize, usize>,
}

impl Search<'_, '_> {
    /// The fixes that can be written beside each other; those that cannot are refused, later ones for earlier ones.
    fn writable(&mut self, todo: &[usize]) -> Vec<usize> {
        let mut writable = Vec::new();
        for own in self.trial.parts_of(todo).into_values() {
            writable.extend(self.writable_in_part(own));
        }
        writable.sort_unstable();
        writable
    }

    fn writable_in_part(&mut self, own: Vec<usize>) -> Vec<usize> {
        // Every fix is looked at so often at most: they may be many, and each exclude the others.
        let mut looks = own.len().saturating_mul(64);
        let mut kept: Vec<usize> = Vec::new();
        let mut waiting = vec![own];
        while let Some(next) = waiting.pop() {
            let mut both = [kept.as_slice(), &next].concat();
            both.sort_unstable();
            let Some(rest) = looks.checked_sub(both.len()) else {
                self.refuse(&next, "more fixes exclude each other here than are tried", Again::Later);
                continue;
            };
            looks = rest;
            match self.trial.splices(&both).and_then(|all| all.edits().map_err(|why| why.to_string())) {
                Ok(_) => kept = both,
                Err(why) if next.len() == 1 => self.refuse(&next, &why, Again::Later),
                Err(_) => {
                    let (first, second) = next.split_at(next.len() / 2);
                    waiting.extend([second.to_vec(), first.to_vec()]);
                }
            }
        }
        kept
    }

    fn settle(&mut self, todo: Vec<usize>) {
        let mut waiting = vec![todo];
        while let Some(next) = waiting.pop() {
            if next.is_empty() {
                continue;
            }
            if !self.budget.pay(self.length) {
                self.refuse(
                    &next,
                    "the proof would take too long beside so many others; mend the others first",
                    Again::Later,
                );
                continue;
            }
            let mut picked: Vec<usize> = self.found.accepted.iter().chain(&next).copied().collect();
            picked.sort_unstable();
            match self.trial.run(&picked) {
                Verdict::Holds(proven) => {
                    self.found.accepted.extend(&next);
                    let size = self.found.accepted.len();
                    self.grown.extend(next.iter().map(|finding| (self.trial.part(*finding), size)));
                    self.found.proven = Some(proven);
                }
                Verdict::Blames(blamed) => self.halve_each(&next, &blamed, &mut waiting),
                Verdict::Fails(why) => self.halve(&next, &why, &mut waiting),
            }
        }
    }

    /// Fewer at a time, until the one that cannot be proven is alone.
    fn halve(&mut self, todo: &[usize], why: &str, waiting: &mut Vec<Vec<usize>>) {
        if todo.len() <= 1 {
            return self.refuse(todo, why, Again::Later);
        }
        let (first, second) = todo.split_at(todo.len() / 2);
        waiting.extend([second.to_vec(), first.to_vec()]);
    }

    /// The same in every part that is to blame, side by side. The others are tried again beside the first halves:
    /// nothing is accepted but what was proven in the very text that comes of it.
    fn halve_each(&mut self, todo: &[usize], blamed: &BTreeMap<usize, Blame>, waiting: &mut Vec<Vec<usize>>) {
        let mut bad: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for finding in todo {
            let part = self.trial.part(*finding);
            if blamed.contains_key(&part) {
                bad.entry(part).or_default().push(*finding);
            } else {
                first.push(*finding);
            }
        }
        if bad.is_empty() {
            // A part suffers from what is done elsewhere.
            let why = blamed.values().next().map_or("", |blame| blame.why.as_str());
            return self.halve(todo, why, waiting);
        }
        for (part, own) in bad {
            let Some(blame) = blamed.get(&part) else { continue };
            if own.len() == 1 {
                self.refuse(&own, &blame.why, blame.again);
                continue;
            }
            let (suspects, others): (Vec<usize>, Vec<usize>) =
                own.iter().partition(|finding| blame.suspects.contains(finding));
            // The guess is taken once: were it wrong again and again, halving would be faster.
            if !suspects.is_empty() && !others.is_empty() && self.guessed.insert(part) {
                first.extend(others);
                second.extend(suspects);
            } else {
                let (one, other) = own.split_at(own.len() / 2);
                first.extend_from_slice(one);
                second.extend_from_slice(other);
            }
        }
        first.sort_unstable();
        waiting.extend([second, first]);
    }

    fn refuse(&mut self, findings: &[usize], why: &str, again: Again) {
        let accepted = self.found.accepted.len();
        let refused = |finding: &usize| Refused { finding: *finding, why: why.to_owned(), again, accepted };
        self.found.refused.extend(findings.iter().map(refused));
    }
}
