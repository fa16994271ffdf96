//! What was asked for, by the words of the command line and by `cofferdam.yaml` together? The words win.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use check::{CHECKS, Check, Judge, Scope, Waivers};
use finding::{Baseline, Finding, Report, Severity, Source};
use object::Version;
use policy::decide::Decider;

use crate::cli::CheckArgs;
use crate::config::{self, Found};
use crate::parallel;
use crate::ui::Ui;

/// Everything about a run that is decided before anything is judged.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    args: &'a CheckArgs,
    found: Found,
    baseline: Option<Baseline>,
    decider: Option<Arc<Decider>>,
    /// The release of the cluster that is judged.
    served: Option<Version>,
}

impl<'a> Plan<'a> {
    pub(super) fn of(args: &'a CheckArgs, ui: &mut Ui) -> anyhow::Result<Self> {
        let found = config::find(args.config.as_deref())?;
        let baseline = args.baseline.as_deref().map(read_baseline).transpose()?;
        let mut plan = Self { args, found, baseline, decider: None, served: None };
        // The release of a cluster is not known yet.
        if !args.cluster {
            plan.read_policies(ui)?;
        }
        let left = || CHECKS.iter().any(|check| plan.wants(check.id));
        anyhow::ensure!(left(), "no check is left to run: --only and --skip name the same ones");
        Ok(plan)
    }

    /// Reads what `--policy` names, for the release that is judged for.
    pub(super) fn read_policies(&mut self, ui: &mut Ui) -> anyhow::Result<()> {
        if !self.args.policy.is_empty() {
            self.decider = Some(Arc::new(self.policies(ui)?));
        }
        Ok(())
    }

    /// The policies of the run. One that cannot be read could have refused what the others let pass.
    fn policies(&self, ui: &mut Ui) -> anyhow::Result<Decider> {
        let policies = super::super::admit::policies(&self.args.policy, &[], self.version(), ui)?;
        let count = policies.errors.len();
        let things = if count == 1 { "mistake" } else { "mistakes" };
        anyhow::ensure!(count == 0, "nothing is judged by policies with {count} {things}");
        Ok(Decider::new(policies, self.version(), &check::compile))
    }

    /// What `--policy` judges by.
    pub(super) fn decider(&self) -> Option<&Arc<Decider>> {
        self.decider.as_ref()
    }

    /// Whether the answer is that of a server, which sees neither comments nor `cofferdam.yaml`.
    fn is_a_server_s(&self) -> bool {
        self.args.pss.is_some() || self.decider.is_some()
    }

    /// The release to judge for.
    pub(super) fn version(&self) -> Version {
        let told = self.args.kube_version.or(self.served).or(self.found.config.kube_version);
        told.unwrap_or(Version::NEWEST)
    }

    /// A cluster says itself which release it is.
    pub(super) fn serves(&mut self, release: Version) {
        self.served = Some(release);
    }

    /// From which severity on the run fails.
    pub(super) fn fail_on(&self) -> Severity {
        self.args.fail_on.or(self.found.config.fail_on).unwrap_or(Severity::Medium)
    }

    /// Files that this run reads or writes and that are no manifests, by their whole paths.
    pub(super) fn own_files(&self) -> Vec<PathBuf> {
        let baselines = [&self.args.baseline, &self.args.write_baseline].into_iter().flatten();
        let baselines = baselines.filter_map(|path| fs::canonicalize(path).ok());
        self.found.path.iter().cloned().chain(baselines).collect()
    }

    /// The checks of the run.
    pub(super) fn judge(&self) -> Judge {
        let fits = |check: &Check| !self.args.cluster || check::judges_stored(check);
        Judge::new(self.version(), |check| self.wants(check.id) && fits(check))
            .with(self.found.config.settings.clone())
    }

    /// Under `--pss` and `--policy` only what cannot be judged speaks beside them.
    fn wants(&self, id: &str) -> bool {
        let args = self.args;
        if args.pss.is_some() || !args.policy.is_empty() {
            return ["unreadable-document", "unrendered-source", "wrong-type"].contains(&id);
        }
        let asked =
            if args.only.is_empty() { !self.found.config.off.contains(id) } else { args.only.contains(&id) };
        asked && !args.skip.contains(&id)
    }

    /// Settles which findings count: severities of the settings, waivers, the baseline. Returns how many
    /// of the baseline are gone, as far as a run over these paths can know.
    ///
    /// Under `--pss` and `--policy` nothing is settled: the answer is that of the API server, which knows no
    /// waivers but those of the policies themselves.
    pub(super) fn settle(&self, report: &mut Report, sources: &[Arc<Source>], judge: &Judge) -> usize {
        let mut waivers = Waivers::default();
        for each in parallel::map(sources, Waivers::in_text) {
            waivers.extend(each);
        }
        report.hidden.extend(waivers.hidden().iter().cloned());
        if self.is_a_server_s() {
            return 0;
        }
        let scope = self.scope();
        self.waive(&mut report.findings, waivers, scope, judge);
        let gone = self.hide(&mut report.findings, judge);
        if scope == Scope::Whole { gone } else { 0 }
    }

    /// The same for one text that is judged alone.
    pub(super) fn settle_text(&self, findings: &mut Vec<Finding>, source: &Arc<Source>, judge: &Judge) {
        self.waive(findings, Waivers::in_text(source), Scope::Part, judge);
        self.hide(findings, judge);
    }

    /// The same without the baseline, for a proof about findings that the baseline does not hide.
    pub(super) fn waive_text(&self, findings: &mut Vec<Finding>, source: &Arc<Source>, judge: &Judge) {
        self.waive(findings, Waivers::in_text(source), Scope::Part, judge);
    }

    fn waive(&self, findings: &mut Vec<Finding>, mut waivers: Waivers, scope: Scope, judge: &Judge) {
        waivers.extend(self.found.config.waivers.clone());
        waivers.apply(findings, &|id| judge.runs(id), scope);
        self.found.config.weigh(findings);
    }

    fn hide(&self, findings: &mut [Finding], judge: &Judge) -> usize {
        self.baseline.as_ref().map_or(0, |baseline| baseline.hide(findings, &|id| judge.runs(id)))
    }

    /// Single files say nothing about what stands elsewhere.
    fn scope(&self) -> Scope {
        if !self.args.cluster && self.args.paths.iter().any(|path| path.is_dir()) {
            Scope::Whole
        } else {
            Scope::Part
        }
    }
}

/// What is said about findings of the baseline that are gone.
pub(super) fn gone(count: usize, file: &Path) -> String {
    let (things, they) = if count == 1 { ("finding", "it") } else { ("findings", "them") };
    let file = file.display();
    format!(
        "note: {count} {things} of the baseline not found any more: drop {they} with --write-baseline {file}"
    )
}

fn read_baseline(path: &Path) -> anyhow::Result<Baseline> {
    let text = crate::input::read_text(path).map_err(|failure| {
        let file = &failure.file;
        let why = failure.message;
        anyhow::anyhow!("reading {file}: {why}; record one with `check --write-baseline {file}`")
    })?;
    Baseline::parse(&text).with_context(|| format!("reading {}", path.display()))
}

/// Writes the findings down instead of reporting them.
pub(super) fn write_baseline(path: &Path, report: &Report, ui: &mut Ui) -> anyhow::Result<()> {
    let baseline = Baseline::of(&report.findings);
    fs::write(path, baseline.json()?).with_context(|| format!("writing {}", path.display()))?;
    let things = if baseline.len() == 1 { "finding" } else { "findings" };
    ui.note(&format!("{} {things} recorded in {}", baseline.len(), path.display()));
    Ok(())
}

/// What could not be read is in no baseline, and is told where no report tells it.
pub(super) fn say_unread(report: &Report, ui: &mut Ui) {
    for error in &report.errors {
        let line = error.line.map_or(String::new(), |line| format!(":{line}"));
        ui.note(&format!("{}{line}: {}", error.file, error.message));
    }
}
