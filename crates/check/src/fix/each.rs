//! Which fix holds what it promises when it is the only one made?
//!
//! An editor or a service offers fixes one by one, so each is proven alone, by the proof that `--fix` gives all of
//! them together. A fix changes one document: only that one is read and judged again.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use finding::{Edit, Finding, Safety, Source, Span};

use super::is_writable;
use super::search::Budget;
use super::trial::{Trial, Verdict};

/// Bytes that are judged again at most, for every byte of the text and for any text: the time for a hostile file
/// with a finding in every line stays in proportion to its size.
const FOR_EACH_BYTE: usize = 32;
const FOR_ANY_TEXT: usize = 1 << 20;

/// The splices of every fix among the findings of one text, as far as it holds alone; nothing for the others.
///
/// `judge` must say the same of the same text. What would cost more than its share is left unproven, and so out.
pub fn prove_each(
    source: &Arc<Source>,
    findings: &[Finding],
    judge: &dyn Fn(&Arc<Source>) -> Vec<Finding>,
) -> Vec<Option<Vec<Edit>>> {
    let mut proven = vec![None; findings.len()];
    let mut budget = Budget::of(source.text().len(), FOR_EACH_BYTE, FOR_ANY_TEXT);
    for piece in object::pieces(source.text()) {
        let inside = |finding: &Finding| piece.contains(&(finding.span.start as usize));
        let todo = findings.iter().enumerate().filter(|(_, f)| inside(f) && is_writable(f, Safety::Risky));
        let todo: Vec<(usize, &Finding)> = todo.collect();
        if let Some(alone) = alone(source, &piece).filter(|_| !todo.is_empty()) {
            in_piece(&alone, piece.start as u32, &todo, judge, &mut budget, &mut proven);
        }
    }
    proven
}

/// A document as a text of its own.
fn alone(source: &Source, piece: &Range<usize>) -> Option<Arc<Source>> {
    let text = source.text().get(piece.clone())?;
    Some(Arc::new(Source::file(source.name(), text.to_owned())))
}

fn in_piece(
    piece: &Arc<Source>,
    start: u32,
    todo: &[(usize, &Finding)],
    judge: &dyn Fn(&Arc<Source>) -> Vec<Finding>,
    budget: &mut Budget,
    proven: &mut [Option<Vec<Edit>>],
) {
    let before = judge(piece);
    let known: HashMap<_, usize> =
        before.iter().enumerate().map(|(at, finding)| (same(finding, start), at)).collect();
    let trial = Trial::of(piece, &before, judge);
    // One of each part is tried at a time: parts are judged apart.
    let mut turns: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut taken: HashMap<usize, usize> = HashMap::new();
    for (at, finding) in todo {
        let Some(here) = known.get(&same(finding, 0)) else { continue };
        let turn = taken.entry(trial.part(*here)).or_default();
        if turns.len() == *turn {
            turns.push(Vec::new());
        }
        if let Some(own) = turns.get_mut(*turn) {
            own.push((*here, *at));
        }
        *turn += 1;
    }
    for turn in turns {
        for (here, at) in alone_in_their_parts(&trial, turn, piece.text().len(), budget) {
            if let (Some(slot), Ok(edits)) = (proven.get_mut(at), trial.edits(here)) {
                *slot = Some(edits.into_iter().map(|edit| moved(edit, start)).collect());
            }
        }
    }
}

/// Those that hold, of fixes in different parts.
fn alone_in_their_parts(
    trial: &Trial<'_>,
    turn: Vec<(usize, usize)>,
    length: usize,
    budget: &mut Budget,
) -> Vec<(usize, usize)> {
    let (mut waiting, mut held) = (vec![turn], Vec::new());
    while let Some(mut next) = waiting.pop() {
        if next.is_empty() {
            continue;
        }
        if !budget.pay(length) {
            break;
        }
        let picked: Vec<usize> = next.iter().map(|(here, _)| *here).collect();
        let verdict = trial.run(&picked);
        if matches!(verdict, Verdict::Holds(_)) {
            held.append(&mut next);
            continue;
        }
        let before = next.len();
        if let Verdict::Blames(blamed) = verdict {
            next.retain(|(here, _)| !blamed.contains_key(&trial.part(*here)));
        }
        if next.len() < before {
            waiting.push(next);
        } else if before > 1 {
            let second = next.split_off(before / 2);
            waiting.extend([second, next]);
        }
    }
    held
}

/// What makes a finding of a document the one of the whole text, in which the document starts at `start`.
fn same(finding: &Finding, start: u32) -> (&'static str, Span, &str, &str) {
    let Span { start: first, end } = finding.span;
    (finding.id, Span::new(first + start, end + start), &finding.field, &finding.message)
}

fn moved(edit: Edit, start: u32) -> Edit {
    Edit { span: Span::new(edit.span.start + start, edit.span.end + start), ..edit }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fall over
mod tests {
    use std::cell::Cell;

    use finding::apply;
    use object::{Inventory, Limits, Version};

    use super::*;
    use crate::Judge;

    fn judge(source: &Arc<Source>) -> Vec<Finding> {
        let wanted =
            ["unknown-field", "privileged-container", "host-namespace", "privilege-escalation-allowed"];
        let judge = Judge::new(Version::NEWEST, |check| wanted.contains(&check.id));
        let read = object::read(source, Limits::default());
        let inventory = Inventory::new(Vec::new());
        read.objects.iter().flat_map(|object| judge.object(object, &inventory)).collect()
    }

    fn pod(name: &str, context: &str) -> String {
        format!(
            "---\n# ü\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n  hostPID: true\n  \
             containers:\n  - name: a\n    securityContext: {{{context}}}\n"
        )
    }

    #[test]
    fn a_fix_that_would_bring_a_new_finding_is_left_out_and_the_others_stand_alone() {
        let text = pod("one", "privileged: true")
            + &pod("two", "privilegd: true")
            + &pod("three", "privilegd: false");
        let source = Arc::new(Source::file("a.yaml", text));
        let findings = judge(&source);
        let proven = prove_each(&source, &findings, &judge);
        let mut ended = 0;
        for (finding, edits) in findings.iter().zip(&proven) {
            let of_two = finding.object.as_ref().is_some_and(|object| object.name == "two");
            let refused = of_two && finding.id == "unknown-field" || finding.fix.is_none();
            assert_eq!(edits.is_none(), refused, "{}", finding.message);
            if let Some(edits) = edits {
                let text = apply(source.text(), edits).unwrap();
                let after = judge(&Arc::new(Source::file("a.yaml", text)));
                assert!(after.len() < findings.len(), "{}", finding.message);
                ended += 1;
            }
        }
        assert!(ended >= 6, "{ended}");
    }

    #[test]
    fn the_work_stays_in_proportion_to_the_text() {
        let item = |n: usize| format!("  - name: a{n}\n    securityContext: {{privileged: true}}\n");
        let items: String = (0..600).map(item).collect();
        let text = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: x}}\nspec:\n  containers:\n{items}");
        let source = Arc::new(Source::file("a.yaml", text));
        let findings = judge(&source);
        let judged = Cell::new(0);
        let proven = prove_each(&source, &findings, &|source| {
            judged.set(judged.get() + source.text().len());
            // What is counted is the work; the verdict would take a minute here.
            Vec::new()
        });
        assert!(findings.len() >= 600 && proven.iter().all(Option::is_none));
        let counted = prove_each(&source, &findings[..20], &|source| {
            judged.set(judged.get() + source.text().len());
            findings.clone()
        });
        assert!(counted.iter().all(Option::is_none), "the finding would still be there");
        let length = source.text().len();
        assert!(judged.get() > length && judged.get() <= length * (FOR_EACH_BYTE + 3) + FOR_ANY_TEXT);
    }
}
