//! `cofferdam check`: judge manifests and point at what is wrong.

mod fix;
mod output;

use std::collections::BTreeMap;
use std::time::Instant;

use check::{CHECKS, Judge, Page};
use finding::{Advice, Failure, Finding, Report, Safety, Stage};
use object::{Inventory, Object, Problem};
use policy::pod_security::{Policy, PolicyVersion};

use crate::cli::CheckArgs;
use crate::exit::Outcome;
use crate::input::{self, Input, Loaded};
use crate::parallel;
use crate::ui::Ui;

pub(crate) fn run(args: &CheckArgs, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let since = Instant::now();
    let mut judged = judge(args, ui);
    if args.diff {
        let (patch, tally) = fix::as_patch(&judged.run(), level(args), ui);
        ui.note(&format!("{} findings in {} files could be mended", tally.fixed, tally.files));
        output::write(args, ui, &patch)?;
        return Ok(outcome(args, &judged.report));
    }
    if args.fix.is_some() {
        let tally = fix::in_place(&judged.run(), level(args), ui);
        ui.note(&format!("{} findings mended in {} files", tally.fixed, tally.files));
        // What is left is judged as it stands on disk now.
        judged = judge(args, ui);
    }
    say_what_may_surprise(args, ui);
    output::report(args, ui, &mut judged.report, since)?;
    Ok(outcome(args, &judged.report))
}

fn level(args: &CheckArgs) -> Safety {
    args.fix.map_or(Safety::Safe, Safety::from)
}

/// A report and what it was made from.
struct Judged {
    report: Report,
    inputs: Vec<Input>,
    inventory: Inventory,
    judge: Judge,
}

impl Judged {
    fn run(&self) -> fix::Run<'_> {
        fix::Run {
            inputs: &self.inputs,
            findings: &self.report.findings,
            inventory: &self.inventory,
            judge: &self.judge,
        }
    }
}

fn judge(args: &CheckArgs, ui: &Ui) -> Judged {
    let (inputs, loaded, failures) = input::load(&args.paths, ui);
    let judge = Judge::new(args.kube_version, |check| wanted(args, check.id));
    let mut report = Report {
        files: inputs.len(),
        inputs: inputs.iter().map(Input::name).collect(),
        errors: failures,
        ..Report::default()
    };
    let mut objects = Vec::new();
    for each in loaded {
        collect(each, &judge, &mut report, &mut objects);
    }
    let inventory = Inventory::new(objects);
    report.objects = inventory.objects().len();
    let hidden = parallel::map(inventory.objects(), |object| check::hidden(object, args.kube_version));
    report.hidden = hidden.into_iter().flatten().collect();
    match args.pss {
        Some(policy) => judge_by_standard(&inventory, policy, &mut report),
        None => judge_by_checks(&inventory, &judge, ui, &mut report),
    }
    report.advice = advice(&report.findings);
    report.sort();
    Judged { report, inputs, inventory, judge }
}

/// Under `--pss` only what cannot be judged speaks beside the standard.
fn wanted(args: &CheckArgs, id: &str) -> bool {
    if args.pss.is_some() {
        return ["unreadable-document", "unrendered-source"].contains(&id);
    }
    (args.only.is_empty() || args.only.contains(&id)) && !args.skip.contains(&id)
}

/// Takes the objects out of an input and puts its troubles into the report.
fn collect(loaded: Loaded, judge: &Judge, report: &mut Report, objects: &mut Vec<Object>) {
    report.errors.extend(loaded.failure);
    if let Some(finding) = loaded.finding {
        let (path, place) = finding.source.place(finding.span.start);
        let (file, line, message) = (path.to_owned(), Some(place.line), finding.message.clone());
        let finding = judge.runs(finding.id).then_some(finding);
        report.errors.push(Failure { file, line, message, stage: stage(finding.as_ref()) });
        report.findings.extend(finding);
    }
    for problem in &loaded.read.problems {
        let finding = judge.problem(problem);
        if problem.loses_objects() {
            report.errors.push(failure(problem, stage(finding.as_ref())));
        }
        report.findings.extend(finding);
    }
    report.foreign += loaded.read.foreign;
    objects.extend(loaded.read.objects);
}

/// What no finding says, because its check was left out, the report says itself.
fn stage(finding: Option<&Finding>) -> Stage {
    if finding.is_some() { Stage::Parse } else { Stage::Read }
}

fn failure(problem: &Problem, stage: Stage) -> Failure {
    let (path, place) = problem.source.place(problem.span.start);
    Failure { file: path.to_owned(), line: Some(place.line), message: problem.message.clone(), stage }
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

fn outcome(args: &CheckArgs, report: &Report) -> Outcome {
    let refused = report.verdicts.iter().any(|verdict| !verdict.message.is_empty());
    let objections = if args.pss.is_some() { 0 } else { report.at_least(args.fail_on) };
    if report.objects == 0 {
        Outcome::Failed
    } else if refused || objections > 0 || !report.errors.is_empty() {
        Outcome::Objections
    } else {
        Outcome::Clean
    }
}
