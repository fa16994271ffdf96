//! `cofferdam policy test`: do policies decide as their cases say?

mod render;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use check::Known;
use finding::Source;
use object::{Inventory, Limits, Object, Read, Version, read};
use policy::admission_policy::suite::{self, Case, Difference, cases};
use policy::admission_policy::{Cluster, Decision, Policies, Problem, Weight, by_roles};
use policy::decide::{Decider, Facts};
use policy::document::Reading;
use policy::rbac::{self, Rbac};

use crate::cli::{PolicyTestArgs, TestFormat};
use crate::config::today;
use crate::exit::Outcome;
use crate::input::{read_text, shown};
use crate::ui::Ui;

/// What came of all cases.
struct Run {
    suites: Vec<SuiteRun>,
    /// Documents that were refused, and what else stands in the way.
    errors: Vec<String>,
    warnings: Vec<String>,
}

/// What came of the cases of one directory.
struct SuiteRun {
    directory: String,
    cases: Vec<CaseRun>,
}

/// What came of one case.
struct CaseRun {
    name: String,
    file: String,
    line: u32,
    differences: Vec<Difference>,
}

impl Run {
    fn outcome(&self) -> Outcome {
        let differs =
            self.suites.iter().flat_map(|suite| &suite.cases).any(|case| !case.differences.is_empty());
        match (self.errors.is_empty(), differs) {
            (false, _) => Outcome::Failed,
            (true, true) => Outcome::Objections,
            (true, false) => Outcome::Clean,
        }
    }
}

pub(crate) fn run(args: &PolicyTestArgs, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let directories = directories(&args.directory)?;
    let mut run = Run { suites: Vec::new(), errors: Vec::new(), warnings: Vec::new() };
    let progress = ui.progress("testing", directories.len());
    for (directory, files) in directories {
        run.directory(&directory, &files);
        progress.step();
    }
    progress.finish();
    if run.suites.iter().all(|suite| suite.cases.is_empty()) && run.errors.is_empty() {
        bail!(
            "no case below {}: write them in documents of {} and kind {}",
            shown(&args.directory),
            suite::API_VERSION,
            suite::KIND
        );
    }
    for warning in &run.warnings {
        ui.note(&format!("warning: {warning}"));
    }
    let text = match args.format {
        TestFormat::Text => render::text(&run),
        TestFormat::Json => render::json(&run),
        TestFormat::Junit => render::junit(&run),
    };
    ui.data(&text)?;
    Ok(run.outcome())
}

/// Every directory below a path that holds manifests, and its files, both by name.
fn directories(root: &Path) -> anyhow::Result<BTreeMap<PathBuf, Vec<PathBuf>>> {
    let mut found: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    anyhow::ensure!(root.exists(), "{}: no such file or directory", shown(root));
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let entry = entry.with_context(|| format!("listing {}", shown(root)))?;
        let is_manifest =
            entry.path().extension().is_some_and(|end| ["yaml", "yml", "json"].iter().any(|e| end == *e));
        if entry.file_type().is_file() && is_manifest {
            let directory = entry.path().parent().unwrap_or(root).to_path_buf();
            found.entry(directory).or_default().push(entry.into_path());
        }
    }
    Ok(found)
}

impl Run {
    fn directory(&mut self, directory: &Path, files: &[PathBuf]) {
        let mut objects: Vec<Object> = Vec::new();
        let mut reading = Reading::default();
        for file in files {
            match read_text(file) {
                Ok(text) => {
                    let source = Arc::new(Source::file(shown(file), text));
                    let read = read(&source, Limits::default());
                    take_policies(&mut reading, &source, &read);
                    for problem in read.problems.iter().filter(|problem| problem.loses_objects()) {
                        let (path, place) = problem.source.place(problem.span.start);
                        self.errors
                            .push(format!("{path}:{}:{}: {}", place.line, place.column, problem.message));
                    }
                    objects.extend(read.objects);
                }
                Err(failure) => self.errors.push(format!("{}: {}", failure.file, failure.message)),
            }
        }
        let cluster = Cluster::new(&objects);
        let (cases, wrong) = cases(&objects, &cluster);
        let strangers = suite::strangers(&objects);
        if cases.is_empty() && wrong.is_empty() && !strangers.iter().any(is_ours) {
            return;
        }
        let faults = rbac::faults(&objects);
        for problem in wrong.iter().chain(&faults).chain(&strangers) {
            self.problem(problem);
        }
        let runs: Option<Vec<CaseRun>> = if objects.iter().any(suite::is_for_webhooks) {
            self.decider(reading).map(|decider| {
                let facts = Facts::of(Inventory::new(objects));
                cases.iter().map(|case| judged(case, &case.decide_by(&decider, &facts))).collect()
            })
        } else {
            let (policies, problems) = Policies::load(&objects);
            for problem in &problems {
                self.problem(problem);
            }
            let is_void = policies.is_empty() && problems.iter().all(|p| p.weight == Weight::Warning);
            let authorize = by_roles(Rbac::of(&Inventory::new(objects)));
            if wrong.is_empty() && !cases.is_empty() {
                let unasked = suite::unasked(&policies, &cases, &cluster, &authorize);
                self.warnings.extend(unasked.iter().map(ToString::to_string));
            }
            let decided = |case: &Case| judged(case, &case.decide(&policies, &cluster, &authorize));
            (!is_void).then(|| cases.iter().map(decided).collect())
        };
        if runs.is_none() {
            let directory = shown(directory);
            self.errors.push(format!("{directory}: no policy is in force here, so its cases show nothing"));
        }
        self.suites.push(SuiteRun { directory: shown(directory), cases: runs.unwrap_or_default() });
    }

    fn problem(&mut self, problem: &Problem) {
        let list = if problem.weight == Weight::Refused { &mut self.errors } else { &mut self.warnings };
        list.push(problem.to_string());
    }

    /// All policies of a directory as a webhook decides by them, if any is in force.
    fn decider(&mut self, reading: Reading) -> Option<Decider> {
        let policies = reading.finish(&[], Version::NEWEST);
        self.errors.extend(policies.errors.iter().map(ToString::to_string));
        self.warnings.extend(policies.warnings.iter().map(ToString::to_string));
        (!policies.is_empty()).then(|| Decider::new(policies, Version::NEWEST, &check::compile))
    }
}

/// Gives the policies among the objects of a text to whoever reads them together.
fn take_policies(reading: &mut Reading, source: &Source, read: &Read) {
    let is_policy =
        |object: &&Object| suite::is_for_webhooks(object) || object.group() == "admissionregistration.k8s.io";
    let objects: Vec<Object> = read.objects.iter().filter(is_policy).cloned().collect();
    if !objects.is_empty() {
        let is_in_one = |problem: &&object::Problem| {
            let spans = objects.iter().map(|object| object.root().span());
            spans.into_iter().any(|span| (span.start..span.end).contains(&problem.span.start))
        };
        let problems = read.problems.iter().filter(is_in_one).cloned().collect();
        reading.add(source, &Read { objects, problems, ..Read::default() }, &Known, today());
    }
}

/// Whether a document may have been meant to hold cases.
fn is_ours(stranger: &Problem) -> bool {
    let kind = &stranger.object.kind;
    kind == suite::KIND || policy::nearest(kind, &[suite::KIND]).is_some()
}

fn judged(case: &Case, decision: &Decision) -> CaseRun {
    let (file, place) = case.source.place(case.span.start);
    CaseRun {
        name: case.name.clone(),
        file: file.to_owned(),
        line: place.line,
        differences: case.differences(decision),
    }
}
