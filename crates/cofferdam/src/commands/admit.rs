//! `cofferdam admit`: decide about one request as the webhook does.

use std::path::PathBuf;
use std::sync::Arc;

use check::Known;
use finding::Failure;
use object::{Inventory, Object, Version};
use policy::Date;
use policy::decide::{Decider, Facts, Labels, Lookup as _, unknown};
use policy::document::{Policies, Reading, Refused};
use policy::rbac;
use policy::response::Status;

use crate::cli::AdmitArgs;
use crate::config::today;
use crate::exit::Outcome;
use crate::input;
use crate::ui::Ui;

pub(crate) fn run(args: &AdmitArgs, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let version = args.kube_version.unwrap_or(Version::NEWEST);
    let mut facts = facts(&args.objects, ui)?;
    let policies = policies(&args.policy, facts.inventory().objects(), version, ui)?;
    let refused = policies.refused.clone();
    let errors = !policies.errors.is_empty();
    let source = input::read_one(&args.request).map_err(|failure| failed(&failure))?;
    let request = policy::request::read(&Arc::new(source))?;
    if !args.namespace_labels.is_empty() {
        let given: Labels = args.namespace_labels.iter().cloned().collect();
        facts = facts.labelled(&request.namespace, given);
    }
    let decider = Decider::new(policies, version, &check::compile);
    let mut response = decider.decide(&request, &facts);
    for Refused { kind, name, meanwhile } in refused {
        response.warn(format!("{kind} \"{name}\" could not be read, meanwhile {meanwhile}"));
    }
    ui.data(&format!("{:#}\n", response.review()))?;
    let namespace = &request.namespace;
    let asks_for_it = |status: &Status| !namespace.is_empty() && *status == unknown(namespace);
    if response.denied.as_ref().is_some_and(asks_for_it) {
        ui.note(&format!(
            "note: nothing is known of namespace `{namespace}`: give --namespace-labels, or --objects with it"
        ));
    }
    Ok(match (response.is_allowed(), errors) {
        (false, _) => Outcome::Objections,
        (true, true) => Outcome::Failed,
        (true, false) => Outcome::Clean,
    })
}

/// The policies of some paths, with the `PodSecurityPolicies` among some objects. What is wrong with some of them
/// is said, and what that means.
///
/// # Errors
/// When nothing is left to decide by.
pub(crate) fn policies(
    paths: &[PathBuf],
    objects: &[Object],
    version: Version,
    ui: &mut Ui,
) -> anyhow::Result<Policies> {
    let policies = read_policies(paths, objects, (today(), version), ui)?;
    say(&policies, ui)?;
    Ok(policies)
}

/// The same, saying nothing yet, for a day and a release.
///
/// # Errors
/// When one of the files cannot be read at all.
pub(crate) fn read_policies(
    paths: &[PathBuf],
    objects: &[Object],
    (today, version): (Date, Version),
    ui: &Ui,
) -> anyhow::Result<Policies> {
    let (_, loaded, failures) = input::load(paths, &[], ui);
    let mut reading = Reading::default();
    let mut unread: Vec<Failure> = failures;
    let named = || paths.iter().map(|path| input::shown(path)).collect::<Vec<_>>().join(", ");
    anyhow::ensure!(
        !loaded.is_empty() || !unread.is_empty(),
        "no policy in {}: there is no .yaml, .yml or .json file",
        named()
    );
    for each in loaded {
        unread.extend(each.failure);
        match (&each.source, each.finding) {
            (_, Some(finding)) => {
                anyhow::bail!("{}: {}", finding.source.name(), finding.message);
            }
            (Some(source), None) => reading.add(source, &each.read, &Known, today),
            (None, None) => {}
        }
    }
    if let Some(failure) = unread.first() {
        return Err(failed(failure));
    }
    Ok(reading.finish(objects, version))
}

/// Says what is wrong with some policies, and what that means.
///
/// # Errors
/// When nothing is left to decide by.
pub(crate) fn say(policies: &Policies, ui: &mut Ui) -> anyhow::Result<()> {
    for warning in &policies.warnings {
        ui.note(&format!("warning: {warning}"));
    }
    for error in &policies.errors {
        ui.error(&anyhow::Error::new(error.clone()));
    }
    let others = if policies.has_sound() { "; the others are in force" } else { "" };
    for Refused { kind, name, meanwhile } in &policies.refused {
        ui.note(&format!("{kind} `{name}` is to be mended, meanwhile {meanwhile}{others}"));
    }
    anyhow::ensure!(!policies.is_empty(), "no policy is in force, so nothing is decided");
    Ok(())
}

fn failed(failure: &Failure) -> anyhow::Error {
    let line = failure.line.map_or(String::new(), |line| format!(":{line}"));
    anyhow::anyhow!("reading {}{line}: {}", failure.file, failure.message)
}

/// What is known of the cluster, from the objects of some paths.
fn facts(paths: &[PathBuf], ui: &mut Ui) -> anyhow::Result<Facts> {
    let objects = objects(paths, ui)?;
    say_faults(&objects, ui)?;
    Ok(Facts::of(Inventory::new(objects)))
}

/// Says what is wrong with roles and bindings.
///
/// # Errors
/// When anything is.
pub(crate) fn say_faults(objects: &[Object], ui: &mut Ui) -> anyhow::Result<()> {
    let faults = rbac::faults(objects);
    for fault in &faults {
        ui.error(&anyhow::anyhow!("{fault}"));
    }
    let (count, things) = (faults.len(), if faults.len() == 1 { "mistake" } else { "mistakes" });
    anyhow::ensure!(count == 0, "nothing is decided by roles and bindings with {count} {things}");
    Ok(())
}

/// The objects of some paths, all of them or none.
///
/// # Errors
/// Where one of them could not be read: a decision may not go by half of what it was given.
pub(crate) fn objects(paths: &[PathBuf], ui: &Ui) -> anyhow::Result<Vec<Object>> {
    let mut objects = Vec::new();
    if paths.is_empty() {
        return Ok(objects);
    }
    let (_, loaded, failures) = input::load(paths, &[], ui);
    if let Some(failure) = failures.first() {
        return Err(failed(failure));
    }
    for each in loaded {
        let unread = each.read.problems.iter().find(|problem| problem.loses_objects());
        if let Some(problem) = unread {
            let (file, place) = problem.source.place(problem.span.start);
            anyhow::bail!("{file}:{}:{}: {}", place.line, place.column, problem.message);
        }
        match (each.failure, each.finding) {
            (Some(failure), _) => return Err(failed(&failure)),
            (None, Some(finding)) => anyhow::bail!("{}: {}", finding.source.name(), finding.message),
            (None, None) => objects.extend(each.read.objects),
        }
    }
    Ok(objects)
}
