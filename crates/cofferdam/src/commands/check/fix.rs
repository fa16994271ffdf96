//! `check --fix` and `check --diff`: mend what can be proven, write it or show it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use check::Judge;
use check::fix::{Mended, mend, prove_each};
use finding::{Edit, Finding, Origin, Safety, Source};
use object::{Inventory, Limits};

use super::plan::Plan;
use crate::exit::Outcome;
use crate::input::Input;
use crate::ui::Ui;
use crate::{parallel, patch, write};

/// A file and what it would say.
struct Job<'a> {
    path: &'a Path,
    source: Arc<Source>,
}

/// What mending came to, over all files.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Findings whose end stands on disk, or in the diff.
    pub(super) fixed: usize,
    /// Files that are different, or would be.
    pub(super) files: usize,
    /// Files that could be mended, but not written.
    left: BTreeSet<String>,
}

impl Tally {
    fn leave(&mut self, name: &str, why: &str, ui: &mut Ui) {
        ui.warn(&format!("{name}: left alone: {why}"));
        self.left.insert(name.to_owned());
    }

    /// Objections where a file that was left alone still has something to mend: another name may have led to it.
    pub(super) fn outcome(&self, findings: &[Finding], level: Safety) -> Outcome {
        let is_left = |finding: &Finding| self.left.contains(finding.source.name());
        let is_missed = |finding: &Finding| can_be_mended(finding, level) && is_left(finding);
        let missed = !self.left.is_empty() && findings.iter().any(is_missed);
        if missed { Outcome::Objections } else { Outcome::Clean }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        write!(f, "{} finding{} in {} file{}", self.fixed, plural(self.fixed), self.files, plural(self.files))
    }
}

/// Objects of one file that are worth threads of their own.
const MANY: usize = 256;

/// Mends the files of a run in place.
pub(super) fn in_place(run: &Run<'_>, level: Safety, ui: &mut Ui) -> Tally {
    let mut tally = Tally::default();
    for (job, mended) in run.mended(level, ui) {
        say_refused(&mended, ui);
        if mended.fixed.is_empty() {
            continue;
        }
        match write::replace(job.path, job.source.text(), mended.source.text()) {
            Ok(()) => {
                tally.fixed += mended.fixed.len();
                tally.files += 1;
            }
            Err(why) => tally.leave(job.source.name(), &why, ui),
        }
    }
    tally
}

/// The same as a patch that `git apply` takes; nothing is written.
pub(super) fn as_patch(run: &Run<'_>, level: Safety, ui: &mut Ui) -> (String, Tally) {
    let (mut patch, mut tally) = (String::new(), Tally::default());
    let base = patch::Base::here();
    for (job, mended) in run.mended(level, ui) {
        say_refused(&mended, ui);
        if mended.fixed.is_empty() {
            continue;
        }
        let said = write::may_replace(job.path)
            .and_then(|_| base.patch(job.path, job.source.text(), mended.source.text()));
        match said {
            Ok(said) => {
                patch.push_str(&said);
                if let Some(root) = base.passed_over(job.path) {
                    let root = root.display();
                    ui.note(&format!("{}: `git apply` takes it from {root} only", job.source.name()));
                }
                tally.fixed += mended.fixed.len();
                tally.files += 1;
            }
            Err(why) => tally.leave(job.source.name(), &why, ui),
        }
    }
    (patch, tally)
}

/// Says how many findings only a further step would mend, and how that is asked for.
pub(super) fn say_further(findings: &[Finding], level: Safety, words: &str, ui: &mut Ui) {
    let further =
        |finding: &&Finding| can_be_mended(finding, Safety::Risky) && !can_be_mended(finding, level);
    let in_file = |finding: &&Finding| matches!(finding.source.origin(), Origin::File);
    let count = findings.iter().filter(in_file).filter(further).count();
    if count > 0 {
        let plural = if count == 1 { "" } else { "s" };
        ui.note(&format!(
            "{count} more finding{plural} can be mended where a workload could notice: {words}"
        ));
    }
}

/// The splices of every fix that holds alone, in the order of the findings. Nobody edits rendered text.
pub(super) fn each_alone(run: &Run<'_>) -> Vec<Option<Vec<Edit>>> {
    let by_text: Vec<&[Finding]> = run.findings.chunk_by(|a, b| Arc::ptr_eq(&a.source, &b.source)).collect();
    let proven = parallel::map(&by_text, |findings| match findings.first().map(|finding| &finding.source) {
        Some(source) if matches!(source.origin(), Origin::File) => prove_each(source, findings, &|source| {
            let mut findings = run.judge_text(source);
            run.plan.waive_text(&mut findings, source, run.judge);
            findings
        }),
        _ => vec![None; findings.len()],
    });
    proven.into_iter().flatten().collect()
}

/// What was judged, to be judged again after each repair.
pub(super) struct Run<'a> {
    pub(super) inputs: &'a [Input],
    pub(super) findings: &'a [Finding],
    pub(super) inventory: &'a Inventory,
    pub(super) judge: &'a Judge,
    pub(super) plan: &'a Plan<'a>,
}

impl Run<'_> {
    /// Every file with something to mend, and what comes of it, in the order of the files.
    fn mended(&self, level: Safety, ui: &mut Ui) -> Vec<(Job<'_>, Mended)> {
        let jobs = self.jobs(level, ui);
        let progress = ui.progress("mending", jobs.len());
        let mended = parallel::map(&jobs, |job| {
            let mended = mend(&job.source, level, &|source| self.judge_again(source));
            progress.step();
            mended
        });
        progress.finish();
        jobs.into_iter().zip(mended).collect()
    }

    fn judge_again(&self, source: &Arc<Source>) -> Vec<Finding> {
        let mut findings = self.judge_text(source);
        self.plan.settle_text(&mut findings, source, self.judge);
        findings
    }

    fn judge_text(&self, source: &Arc<Source>) -> Vec<Finding> {
        let read = object::read(source, Limits::default());
        let of_text = read.problems.iter().filter_map(|problem| self.judge.problem(problem));
        // Files are spread over the cores already; one of many objects keeps them busy alone.
        if read.objects.len() >= MANY {
            let of_objects = parallel::map(&read.objects, |object| self.judge.object(object, self.inventory));
            return of_text.chain(of_objects.into_iter().flatten()).collect();
        }
        let of_objects = read.objects.iter().flat_map(|object| self.judge.object(object, self.inventory));
        of_text.chain(of_objects).collect()
    }

    fn jobs(&self, level: Safety, ui: &mut Ui) -> Vec<Job<'_>> {
        let paths: BTreeMap<String, &PathBuf> = self.inputs.iter().filter_map(named_file).collect();
        let mut jobs: BTreeMap<&str, Job<'_>> = BTreeMap::new();
        let mut elsewhere = 0;
        for finding in self.findings.iter().filter(|finding| can_be_mended(finding, level)) {
            let is_file = matches!(finding.source.origin(), Origin::File);
            match paths.get(finding.source.name()).filter(|_| is_file) {
                Some(path) => {
                    let job = || Job { path, source: Arc::clone(&finding.source) };
                    jobs.entry(finding.source.name()).or_insert_with(job);
                }
                None => elsewhere += 1,
            }
        }
        if elsewhere > 0 {
            ui.note(&format!(
                "{elsewhere} findings stand in rendered text or standard input: mend them at their source"
            ));
        }
        jobs.into_values().collect()
    }
}

fn named_file(input: &Input) -> Option<(String, &PathBuf)> {
    match input {
        Input::File(path) => Some((input.name(), path)),
        Input::Chart(_) | Input::Overlay(_) | Input::Stdin => None,
    }
}

fn can_be_mended(finding: &Finding, level: Safety) -> bool {
    finding.waived.is_none()
        && finding.fix.as_ref().is_some_and(|fix| fix.safety <= level && !fix.changes.is_empty())
}

fn say_refused(mended: &Mended, ui: &mut Ui) {
    for (finding, why) in &mended.refused {
        let place = finding.start();
        ui.note(&format!("{}:{}: {} is not mended: {why}", finding.file(), place.line, finding.id));
    }
}
