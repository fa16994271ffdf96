//! `cofferdam check`: judge manifests and point at what is wrong.

mod fix;
mod gather;
mod lines;
mod output;
mod plan;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use check::{CHECKS, Judge, Page};
use finding::{Advice, Failure, Finding, Report, Safety, Severity, Source, Span, Stage};
use object::{Inventory, Object, Problem};
use policy::decide::{Decider, Facts, Lookup};
use policy::pod_security::{Policy, PolicyVersion};

use self::lines::Lines;
use self::plan::Plan;
use crate::cli::{CheckArgs, Format};
use crate::exit::Outcome;
use crate::input::{self, Input, Loaded};
use crate::parallel;
use crate::ui::Ui;

pub(crate) fn run(args: &CheckArgs, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let since = Instant::now();
    if (args.fix.is_some() || args.diff) && args.paths.iter().any(|path| path.as_os_str() == "-") {
        anyhow::bail!("standard input cannot be mended, only files can: write it to one and name that");
    }
    let mut plan = Plan::of(args, ui)?;
    let mut judged = if args.cluster { gather::judge(args, &mut plan, ui)? } else { judge(args, &plan, ui) };
    not_over_an_input(args, &judged.inputs)?;
    if let Some(path) = &args.write_baseline {
        return record(path, &judged.report, ui);
    }
    if args.diff {
        let (patch, tally) = fix::as_patch(&judged.run(&plan), level(args), ui);
        ui.note(&format!("{tally} could be mended"));
        fix::say_further(&judged.report.findings, level(args), "--diff --fix=risky", ui);
        output::write(args, ui, &patch)?;
        let missed = tally.outcome(&judged.report.findings, level(args));
        return Ok(outcome(args, &plan, &judged.report).max(missed));
    }
    let mut missed = Outcome::Clean;
    if args.fix.is_some() {
        let tally = fix::in_place(&judged.run(&plan), level(args), ui);
        ui.note(&format!("{tally} mended"));
        // What is left is judged as it stands on disk now.
        judged = judge(args, &plan, ui);
        missed = tally.outcome(&judged.report.findings, level(args));
        fix::say_further(&judged.report.findings, level(args), "--fix=risky", ui);
    }
    say_what_may_surprise(args, &judged, ui);
    if args.format == Format::Sarif && !args.cluster {
        judged.offer_fixes(&plan);
    }
    output::report(args, ui, &judged.report, since)?;
    let outcome = outcome(args, &plan, &judged.report).max(missed);
    // The process ends here: giving back its memory piece by piece would only take time.
    std::mem::forget(judged);
    Ok(outcome)
}

/// Nothing is objected to where findings are only written down, but what could not be read was not.
fn record(path: &Path, report: &Report, ui: &mut Ui) -> anyhow::Result<Outcome> {
    plan::say_unread(report, ui);
    anyhow::ensure!(report.objects > 0, "no baseline is written: there is no Kubernetes object to judge");
    plan::write_baseline(path, report, ui)?;
    Ok(if report.errors.is_empty() { Outcome::Clean } else { Outcome::Objections })
}

fn level(args: &CheckArgs) -> Safety {
    args.fix.map_or(Safety::Safe, Safety::from)
}

/// A report in the place of the manifest it is about would be a bad surprise.
fn not_over_an_input(args: &CheckArgs, inputs: &[Input]) -> anyhow::Result<()> {
    let Some(target) = args.output.as_deref().and_then(|path| std::fs::canonicalize(path).ok()) else {
        return Ok(());
    };
    let is_input = |input: &Input| match input {
        Input::File(path) => std::fs::canonicalize(path).is_ok_and(|path| path == target),
        _ => false,
    };
    anyhow::ensure!(
        !inputs.iter().any(is_input),
        "{} is one of the inputs, -o would replace it",
        target.display()
    );
    Ok(())
}

/// A report and what it was made from.
struct Judged {
    report: Report,
    inputs: Vec<Input>,
    inventory: Inventory,
    judge: Judge,
    /// Findings of the baseline that are not there any more.
    gone: usize,
}

impl Judged {
    fn run<'a>(&'a self, plan: &'a Plan<'_>) -> fix::Run<'a> {
        fix::Run {
            inputs: &self.inputs,
            findings: &self.report.findings,
            inventory: &self.inventory,
            judge: &self.judge,
            plan,
        }
    }
}

impl Judged {
    /// Puts the splices into the fixes that were proven one by one.
    fn offer_fixes(&mut self, plan: &Plan<'_>) {
        let proven = fix::each_alone(&self.run(plan));
        for (finding, edits) in self.report.findings.iter_mut().zip(proven) {
            if let Some(fix) = &mut finding.fix {
                fix.edits = edits.unwrap_or_default();
            }
        }
    }
}

fn judge(args: &CheckArgs, plan: &Plan<'_>, ui: &Ui) -> Judged {
    let (inputs, loaded, failures) = input::load(&args.paths, &plan.own_files(), ui);
    let judge = plan.judge();
    let sources: Vec<_> = loaded.iter().filter_map(|each| each.source.clone()).collect();
    let mut report = Report {
        files: sources.len(),
        inputs: inputs.iter().map(Input::name).collect(),
        errors: failures,
        ..Report::default()
    };
    let mut objects = Vec::new();
    for each in loaded {
        collect(each, &judge, &mut report, &mut objects);
    }
    let mut inventory = Inventory::new(objects);
    report.objects = inventory.objects().len();
    match (args.pss, plan.decider()) {
        (Some(policy), _) => judge_by_standard(&inventory, policy, &judge, &mut report),
        (None, Some(decider)) => {
            judge_by_checks(&inventory, &judge, ui, &mut report);
            inventory = judge_by_policies(inventory, decider, &mut report);
        }
        (None, None) => judge_by_checks(&inventory, &judge, ui, &mut report),
    }
    let gone = plan.settle(&mut report, &sources, &judge);
    let hidden = hidden(&inventory, plan, args.format, &report);
    report.hidden.extend(hidden);
    report.advice = advice(&report.findings);
    report.sort();
    Judged { report, inputs, inventory, judge, gone }
}

/// What the report must hide: nothing where no text of the manifests is written; all of it where fixes are.
fn hidden(
    inventory: &Inventory,
    plan: &Plan<'_>,
    format: Format,
    report: &Report,
) -> Vec<(Arc<Source>, Span)> {
    if !matches!(format, Format::Text | Format::Sarif) {
        return Vec::new();
    }
    let lines = Lines::shown_by(&report.findings);
    let hidden = parallel::map(inventory.objects(), |object| {
        let shown = |span: Span| format == Format::Sarif || lines.meet(object.source(), span);
        check::hidden(object, plan.version(), &shown)
    });
    // A fix may repeat any line of the text.
    let whole = |source: &Arc<Source>| Span::new(0, source.text().len() as u32);
    let of_comments: Vec<_> = match format {
        Format::Sarif => {
            lines.texts().flat_map(|text| check::hidden_in_comments(text, whole(text))).collect()
        }
        _ => lines.stretches().flat_map(|(text, span)| check::hidden_in_comments(text, span)).collect(),
    };
    hidden.into_iter().flatten().chain(of_comments).collect()
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
            report.hidden.extend(check::hidden_in_text(problem));
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

/// The standard, and beside it only what keeps the API server from reading the pod at all.
fn judge_by_standard(inventory: &Inventory, policy: Policy, judge: &Judge, report: &mut Report) {
    for (findings, verdicts) in
        parallel::map(inventory.objects(), |object| check::pod_security(object, policy))
    {
        report.findings.extend(findings);
        report.verdicts.extend(verdicts);
    }
    for findings in parallel::map(inventory.objects(), |object| judge.object(object, inventory)) {
        report.findings.extend(findings);
    }
}

/// What a cluster with these policies and these objects would say.
fn judge_by_policies(inventory: Inventory, decider: &Decider, report: &mut Report) -> Inventory {
    for fault in policy::rbac::faults(inventory.objects()) {
        let (path, place) = fault.source.place(fault.span.start);
        let (file, message) = (path.to_owned(), fault.text());
        report.errors.push(Failure { file, line: Some(place.line), message, stage: Stage::Read });
    }
    let facts = Facts::of(inventory);
    let objects = facts.inventory().objects();
    let said = parallel::map(objects, |object| check::by_policies(decider, object, &facts));
    for (object, said) in objects.iter().zip(said) {
        match said {
            Ok(findings) => report.findings.extend(findings),
            Err(why) => {
                let (path, place) = object.source().place(object.root().span().start);
                let way_out = "a policy asks for its labels, judge it together with its manifest";
                let (file, message) = (path.to_owned(), format!("{why}: {way_out}"));
                report.errors.push(Failure { file, line: Some(place.line), message, stage: Stage::Read });
            }
        }
    }
    facts.into_inventory()
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

fn say_what_may_surprise(args: &CheckArgs, judged: &Judged, ui: &mut Ui) {
    if let Some(file) = args.baseline.as_deref().filter(|_| judged.gone > 0) {
        ui.note(&plan::gone(judged.gone, file));
    }
    if let Some(Policy { version: PolicyVersion::At(asked), .. }) = args.pss
        && asked > object::Version::NEWEST
    {
        let newest = object::Version::NEWEST;
        ui.note(&format!("note: {asked} is newer than any version known here, judged as {newest}"));
    }
}

fn outcome(args: &CheckArgs, plan: &Plan<'_>, report: &Report) -> Outcome {
    let refused = report.verdicts.iter().any(|verdict| !verdict.message.is_empty());
    // Under `--pss` a finding beside the standard's is a pod that the API server refuses before it judges.
    let threshold = if args.pss.is_some() { Severity::Info } else { plan.fail_on() };
    let objections = report.at_least(threshold);
    if report.objects == 0 {
        Outcome::Failed
    } else if refused || objections > 0 || !report.errors.is_empty() {
        Outcome::Objections
    } else {
        Outcome::Clean
    }
}
