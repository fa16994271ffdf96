//! `cofferdam check`: judge manifests and point at what is wrong.

mod plan;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use check::{CHECKS, Judge, Page};
use finding::{Advice, Failure, Finding, Report, Stage};
use object::{Inventory, Object, Problem};
use policy::pod_security::{Policy, PolicyVersion};

use self::plan::Plan;
use crate::cli::{CheckArgs, Format};
use crate::exit::Outcome;
use crate::input::{self, Loaded};
use crate::parallel;
use crate::ui::Ui;

pub(crate) fn run(args: &CheckArgs, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let since = Instant::now();
    let plan = Plan::of(args)?;
    let report = judge(args, &plan, ui);
    say_what_may_surprise(args, ui);
    if let Some(path) = &args.write_baseline {
        return record(path, &report, ui);
    }
    write(args, ui, &report, since)?;
    Ok(outcome(args, &plan, &report))
}

/// Nothing is objected to where findings are only written down, but what could not be read was not.
fn record(path: &Path, report: &Report, ui: &mut Ui) -> anyhow::Result<Outcome> {
    anyhow::ensure!(report.objects > 0, "there is no Kubernetes object here, no baseline is written");
    plan::write_baseline(path, report, ui)?;
    Ok(if report.errors.is_empty() { Outcome::Clean } else { Outcome::Objections })
}

fn judge(args: &CheckArgs, plan: &Plan<'_>, ui: &mut Ui) -> Report {
    let (inputs, loaded, failures) = input::load(&args.paths, &plan.own_files(), ui);
    let judge = plan.judge();
    let sources: Vec<_> = loaded.iter().filter_map(|each| each.source.clone()).collect();
    let mut report = Report { files: inputs.len(), errors: failures, ..Report::default() };
    let mut objects = Vec::new();
    for each in loaded {
        collect(each, &judge, &mut report, &mut objects);
    }
    let inventory = Inventory::new(objects);
    report.objects = inventory.objects().len();
    match args.pss {
        Some(policy) => judge_by_standard(&inventory, policy, &mut report),
        None => judge_by_checks(&inventory, &judge, ui, &mut report),
    }
    plan.settle(&mut report, &sources, &judge, ui);
    report.advice = advice(&report.findings);
    report.sort();
    report
}

/// Takes the objects out of an input and puts its troubles into the report.
fn collect(loaded: Loaded, judge: &Judge, report: &mut Report, objects: &mut Vec<Object>) {
    report.errors.extend(loaded.failure);
    if let Some(finding) = loaded.finding {
        let (path, place) = finding.source.place(finding.span.start);
        let (file, line, message) = (path.to_owned(), Some(place.line), finding.message.clone());
        report.errors.push(Failure { file, line, message, stage: Stage::Parse });
        report.findings.extend(judge.runs(finding.id).then_some(finding));
    }
    for problem in &loaded.read.problems {
        if problem.loses_objects() {
            report.errors.push(failure(problem));
        }
        report.findings.extend(judge.problem(problem));
    }
    report.foreign += loaded.read.foreign;
    objects.extend(loaded.read.objects);
}

fn failure(problem: &Problem) -> Failure {
    let (path, place) = problem.source.place(problem.span.start);
    Failure {
        file: path.to_owned(),
        line: Some(place.line),
        message: problem.message.clone(),
        stage: Stage::Parse,
    }
}

fn judge_by_checks(inventory: &Inventory, judge: &Judge, ui: &Ui, report: &mut Report) {
    let progress = ui.progress("judging", inventory.objects().len());
    let findings = parallel::map(inventory.objects(), |object| {
        let findings = judge.object(object, inventory);
        progress.step();
        findings
    });
    progress.finish();
    report.findings.extend(findings.into_iter().flatten());
}

fn judge_by_standard(inventory: &Inventory, policy: Policy, report: &mut Report) {
    for (findings, verdicts) in
        parallel::map(inventory.objects(), |object| check::pod_security(object, policy))
    {
        report.findings.extend(findings);
        report.verdicts.extend(verdicts);
    }
}

/// What the pages say in short, for the checks that found something.
fn advice(findings: &[Finding]) -> BTreeMap<&'static str, Advice> {
    let spoke = |id: &str| findings.iter().any(|finding| finding.id == id);
    CHECKS
        .iter()
        .filter(|check| spoke(check.id))
        .map(|check| {
            let page = Page::parse(check.page);
            (check.id, Advice { why: page.why, help: page.help })
        })
        .collect()
}

fn say_what_may_surprise(args: &CheckArgs, ui: &mut Ui) {
    if let Some(Policy { version: PolicyVersion::At(asked), .. }) = args.pss
        && asked > object::Version::NEWEST
    {
        let newest = object::Version::NEWEST;
        ui.note(&format!("note: {asked} is newer than any version known here, judged as {newest}"));
    }
}

fn write(args: &CheckArgs, ui: &mut Ui, report: &Report, since: Instant) -> anyhow::Result<()> {
    let color = if args.output.is_some() { finding::Color::Off } else { ui.color() };
    let text = match args.format {
        Format::Json => finding::json(report)?,
        Format::Text => finding::text(report, color, Some(since.elapsed())),
    };
    match &args.output {
        Some(path) => std::fs::write(path, text).with_context(|| format!("writing {}", path.display())),
        None => ui.data(&text).context("writing to standard output"),
    }
}

fn outcome(args: &CheckArgs, plan: &Plan<'_>, report: &Report) -> Outcome {
    let refused = report.verdicts.iter().any(|verdict| !verdict.message.is_empty());
    let objections = if args.pss.is_some() { 0 } else { report.at_least(plan.fail_on()) };
    if report.objects == 0 {
        Outcome::Failed
    } else if refused || objections > 0 || !report.errors.is_empty() {
        Outcome::Objections
    } else {
        Outcome::Clean
    }
}
