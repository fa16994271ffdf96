//! `cofferdam psp`: leave PodSecurityPolicy behind.

mod json;
mod text;

use std::path::Path;

use anyhow::Context;
use finding::{Failure, ObjectRef};
use object::{Object, Version};
use policy::pod_security_policy::migrate::{Agreement, Migration, Proof, Prover, migrate, yaml};
use policy::pod_security_policy::{PodSecurityPolicy, PolicyError, Standing, is_policy, read_all};

use crate::cli::{ListFormat, PspArgs, PspMigrateArgs, PspWhat};
use crate::exit::Outcome;
use crate::input::{self, Loaded};
use crate::ui::Ui;
use crate::write;

/// What a run found out.
struct Report {
    policies: Vec<Migrated>,
    /// Policies that were not taken, and why.
    refused: Vec<PolicyError>,
    /// Inputs that were not read, and why.
    failures: Vec<Failure>,
}

/// One policy.
struct Migrated {
    /// Where it stands.
    place: Place,
    migration: Migration,
    pods: Vec<Judged>,
}

/// One pod, judged by a policy and by what it becomes.
struct Judged {
    object: ObjectRef,
    place: Place,
    /// What came of it, or why it could not be judged.
    proof: Result<Proof, String>,
}

/// A file and a line.
struct Place {
    file: String,
    line: u32,
}

impl Place {
    fn of(object: &Object) -> Self {
        let (file, position) = object.source().place(object.root().span().start);
        Self { file: file.to_owned(), line: position.line }
    }
}

pub(crate) fn run(args: &PspArgs, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let PspWhat::Migrate(args) = &args.what;
    let report = report(args, ui)?;
    if let Some(folder) = &args.output {
        let written = write_documents(folder, &report.policies)?;
        ui.note(&format!("{written} written to {}", folder.display()));
    }
    let shown = match args.format {
        ListFormat::Json => json::report(&report)?,
        ListFormat::Text => text::report(&report),
    };
    ui.data(&shown)?;
    Ok(report.outcome())
}

fn report(args: &PspMigrateArgs, ui: &mut Ui) -> anyhow::Result<Report> {
    let (_, loaded, mut failures) = input::load(&args.paths, &[], ui);
    let (_, more, others) = input::load(&args.pods, &[], ui);
    failures.extend(others);
    failures.extend(loaded.iter().chain(&more).flat_map(troubles));
    let own: Vec<&Object> = loaded.iter().flat_map(|one| &one.read.objects).collect();
    let policies = read_all(own.iter().copied(), Standing::New);
    if policies.taken.is_empty() && policies.refused.is_empty() {
        for failure in &failures {
            ui.note(&format!("{}: {}", failure.file, failure.message));
        }
        anyhow::bail!("there is no PodSecurityPolicy here: name the files or directories that hold some");
    }
    let objects: Vec<&Object> =
        own.iter().copied().chain(more.iter().flat_map(|one| &one.read.objects)).collect();
    let migrated = policies.taken.iter().map(|policy| migrated(policy, &objects));
    Ok(Report { policies: migrated.collect::<anyhow::Result<_>>()?, refused: policies.refused, failures })
}

/// What kept an input, or a document of it, from being read.
fn troubles(loaded: &Loaded) -> Vec<Failure> {
    let mut failures: Vec<Failure> = loaded.failure.iter().cloned().collect();
    failures.extend(loaded.finding.iter().map(|finding| Failure {
        file: finding.file().to_owned(),
        line: None,
        message: finding.message.clone(),
        stage: finding::Stage::Read,
    }));
    failures.extend(loaded.read.problems.iter().map(|problem| {
        let (file, position) = problem.source.place(problem.span.start);
        let line = Some(position.line);
        Failure { file: file.to_owned(), line, message: problem.message.clone(), stage: finding::Stage::Read }
    }));
    failures
}

fn migrated(policy: &PodSecurityPolicy, objects: &[&Object]) -> anyhow::Result<Migrated> {
    let migration = migrate(policy);
    let prover =
        Prover::new(policy, &migration).map_err(anyhow::Error::msg).context("a fault of cofferdam")?;
    let own = objects.iter().find(|object| is_policy(object) && object.name() == policy.name);
    let place = own.map_or(Place { file: String::new(), line: 0 }, |object| Place::of(object));
    let mut pods = Vec::new();
    for object in objects {
        for pod in object.pods(Version::NEWEST) {
            pods.push(Judged {
                object: object.id().as_ref().clone(),
                place: Place::of(object),
                proof: prover.prove(pod),
            });
        }
    }
    Ok(Migrated { place, migration, pods })
}

impl Judged {
    /// Whether the pod is judged otherwise than by its policy.
    fn differs(&self) -> bool {
        self.proof.as_ref().map_or(true, |proof| proof.agreement() != Agreement::Same)
    }

    /// Whether the policy lets the pod in only because it fills something in.
    fn needs_change(&self) -> bool {
        let needs = |proof: &Proof| proof.filled.is_allowed() && !proof.as_is.is_allowed();
        self.proof.as_ref().is_ok_and(needs)
    }
}

impl Report {
    fn outcome(&self) -> Outcome {
        let differs = self.policies.iter().flat_map(|one| &one.pods).any(Judged::differs);
        if differs || !self.refused.is_empty() || !self.failures.is_empty() {
            Outcome::Objections
        } else {
            Outcome::Clean
        }
    }
}

/// Writes one file a policy; what is there already and reads otherwise is somebody's work and stays.
fn write_documents(folder: &Path, policies: &[Migrated]) -> anyhow::Result<String> {
    std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let texts = policies.iter().map(|one| {
        let path = folder.join(format!("psp-{}.yaml", one.migration.policy));
        (path, yaml(&one.migration.documents))
    });
    let texts: Vec<_> = texts.collect();
    for (path, text) in &texts {
        if path.symlink_metadata().is_ok() && std::fs::read(path).ok().as_deref() != Some(text.as_bytes()) {
            anyhow::bail!("{} is there already: remove it or name another directory", path.display());
        }
    }
    for (path, text) in &texts {
        write::whole(path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(if texts.len() == 1 { "1 file".to_owned() } else { format!("{} files", texts.len()) })
}
